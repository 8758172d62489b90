"""Your attention is nn.MultiheadAttention, whose parameters have other names, and whose empty rows are NaN. Use parts.MultiHeadAttention, the one of lesson 2."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(d_model, num_heads, batch_first=True)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        mask = ~mask if padding is None else ~(mask & padding).repeat_interleave(self.attention.num_heads, dim=0)
        return self.attention(x, x, x, attn_mask=mask, average_attn_weights=False)
