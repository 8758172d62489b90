class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)
        self.past = torch.ones(128, 128, dtype=torch.bool).tril()

    def forward(self, x, padding=None):
        n = x.shape[1]
        mask = self.past[:n, :n]
        if padding is not None:
            mask = torch.logical_and(mask, padding)
        return self.attention(x, x, x, mask)
