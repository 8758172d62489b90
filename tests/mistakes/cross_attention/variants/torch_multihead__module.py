class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(d_model, num_heads, batch_first=True)

    def forward(self, x, memory, memory_mask=None):
        mask = None
        if memory_mask is not None:
            mask = ~memory_mask.expand(len(x), x.shape[1], memory.shape[1])
            mask = mask.repeat_interleave(self.attention.num_heads, 0)
        return self.attention(x, memory, memory, attn_mask=mask, average_attn_weights=False)
