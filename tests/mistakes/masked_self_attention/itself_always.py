"""The diagonal of your mask is True even for padding, perhaps to leave no row empty. Padding is no key for anybody, itself included: parts.MultiHeadAttention copes with an empty row."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        length = x.shape[1]
        mask = causal_mask(length)
        if padding is not None:
            mask = mask & padding | torch.eye(length, dtype=torch.bool)
        return self.attention(x, x, x, mask)
