"""Your padding silences the queries that are padding, and everybody attends to padding. It is about keys: leave its shape at (B, 1, L)."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding.transpose(1, 2)
        return self.attention(x, x, x, mask)
