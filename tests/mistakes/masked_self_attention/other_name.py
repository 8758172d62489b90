"""Your attention goes by another name than attention, so that weights cannot be exchanged with another implementation. Call the attribute self.attention."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.mha = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask & padding
        return self.mha(x, x, x, mask)
