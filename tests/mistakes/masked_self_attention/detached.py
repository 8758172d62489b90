"""No gradient reaches x through your layer: detach, or torch.no_grad, cuts it off. The mask needs neither, for it has no gradient."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        with torch.no_grad():
            mask = causal_mask(x.shape[1])
            if padding is not None:
                mask = mask & padding
            return self.attention(x, x, x, mask)
