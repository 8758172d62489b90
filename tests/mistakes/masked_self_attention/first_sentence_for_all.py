"""All sentences get the padding of the first one. Each row of the batch has its own: keep the batch axis."""

FUNDAMENTAL = "Each sentence has padding of its own."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding[0]
        return self.attention(x, x, x, mask)
