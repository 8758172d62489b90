"""Your weights have lost the axis of the heads. Return those of every head, (B, H, L, L), without taking their mean."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding
        output, weights = self.attention(x, x, x, mask)
        return output, weights.mean(dim=1)
