"""In your layer a position that is padding attends to nothing. Only the keys are to be hidden: padded queries keep their rows, and their outputs are ignored later."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding & padding.transpose(1, 2)
        return self.attention(x, x, x, mask)
