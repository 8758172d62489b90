"""Your layer attends to padding, and not to the words: padding comes as padding_mask returns it, True for words. Leave out the ~."""

FUNDAMENTAL = "True means that a position may be looked at."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & ~padding
        return self.attention(x, x, x, mask)
