class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        past = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        mask = past if memory_mask is None else memory_mask & past
        return self.attention(x, memory, memory, mask)
