"""Your mask is part of the state_dict, so that weights cannot be exchanged with a layer that makes it anew. Make it in forward, or register it with persistent=False."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

        self.register_buffer("mask", causal_mask(64))

    def forward(self, x, padding=None):
        length = x.shape[1]
        mask = self.mask[:length, :length]
        if padding is not None:
            mask = mask & padding
        return self.attention(x, x, x, mask)
