"""You set padded inputs to 0 instead of masking them. A zero vector still has a key, the bias, and takes its share of the weights: give padding to the mask."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        if padding is not None:
            x = x * padding.transpose(1, 2)
        return self.attention(x, x, x, causal_mask(x.shape[1]))
