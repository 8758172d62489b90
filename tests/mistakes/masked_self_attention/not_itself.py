"""In your layer a position does not see itself, so that the first one sees nothing. The diagonal is True: a position is asked about the token after it."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        length = x.shape[1]
        mask = torch.ones(length, length, dtype=torch.bool).tril(diagonal=-1)
        if padding is not None:
            mask = mask & padding
        return self.attention(x, x, x, mask)
