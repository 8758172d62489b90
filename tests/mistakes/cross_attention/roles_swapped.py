"""Your layer lets the memory ask and x answer: there are as many outputs as the memory has positions. Who is writing, and so who asks? The query comes first, attention(query, key, value, mask)."""

FUNDAMENTAL = "x asks and the memory answers."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        return self.attention(memory, x, x, memory_mask)
