"""Your layer uses nn.MultiheadAttention, whose parameters have other names and whose mask has the opposite meaning. Use parts.MultiHeadAttention."""

FUNDAMENTAL = "The layer is built of the course's attention: this one has other parameters."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(d_model, num_heads, batch_first=True)

    def forward(self, x, memory, memory_mask=None):
        mask = None if memory_mask is None else ~memory_mask
        return self.attention(x, memory, memory, attn_mask=mask, average_attn_weights=False)
