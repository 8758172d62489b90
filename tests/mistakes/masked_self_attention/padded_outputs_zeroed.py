"""Your outputs at padded positions are 0. The mask does all that is needed; whoever uses the outputs leaves those positions out."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is None:
            return self.attention(x, x, x, mask)
        output, weights = self.attention(x, x, x, mask & padding)
        return output * padding.transpose(1, 2), weights
