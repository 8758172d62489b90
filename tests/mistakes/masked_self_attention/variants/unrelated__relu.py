class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        n = x.size(1)
        mask = torch.ones(n, n, dtype=torch.bool).tril()
        if padding is not None:
            mask = torch.logical_and(mask, padding)
        return self.attention(x.relu(), x, x, mask)
