"""Where all that a query may see is padding, your layer lets it see everything, the future included. Leave such a row empty: parts.MultiHeadAttention gives it weights 0."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding
            mask = mask | ~mask.any(dim=-1, keepdim=True)
        return self.attention(x, x, x, mask)
