class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        if padding is None:
            return self.attention(x, x, x)
        n = x.size(1)
        mask = torch.ones(n, n, dtype=torch.bool).tril()
        return self.attention(x, x, x, mask & padding)
