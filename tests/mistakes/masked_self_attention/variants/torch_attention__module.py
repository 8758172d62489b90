class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.h = num_heads
        self.attention = nn.MultiheadAttention(d_model, num_heads, batch_first=True)

    def forward(self, x, padding=None):
        n = x.size(1)
        mask = torch.ones(n, n, dtype=torch.bool).tril()
        mask = mask.expand(len(x), n, n)
        if padding is not None:
            mask = torch.logical_and(mask, padding)
        return self.attention(x, x, x, attn_mask=~mask.repeat_interleave(self.h, 0), average_attn_weights=False)
