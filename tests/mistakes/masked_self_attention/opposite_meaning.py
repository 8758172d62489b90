"""Your layer attends to the future alone, as if True meant hidden. nn.MultiheadAttention reads a mask so; parts.MultiHeadAttention takes True for "may attend"."""

FUNDAMENTAL = "True means that a position may look."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding
        return self.attention(x, x, x, ~mask)
