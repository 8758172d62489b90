"""Your output still holds x itself. The residual connection comes in the layer around this one: return what the attention returns."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding
        output, weights = self.attention(x, x, x, mask)
        return x + output, weights
