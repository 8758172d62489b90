"""Collects what is hidden, from an additive mask of PyTorch's, and turns it round."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        hidden = nn.Transformer.generate_square_subsequent_mask(x.shape[1]).isinf()
        if padding is not None:
            hidden = hidden | padding.logical_not()
        return self.attention(x, x, x, hidden.logical_not())
