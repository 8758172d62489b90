"""In your layer every position sees one step ahead, which is the very token that it is to guess. Which diagonal is the last that may be True?"""

FUNDAMENTAL = "The next token is just what has to be hidden."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        length = x.shape[1]
        mask = torch.ones(length, length, dtype=torch.bool).tril(diagonal=1)
        if padding is not None:
            mask = mask & padding
        return self.attention(x, x, x, mask)
