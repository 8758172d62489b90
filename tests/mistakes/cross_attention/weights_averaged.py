"""Your weights have lost their heads: they are averaged to (B, L_q, L_k). Return those of every head, (B, H, L_q, L_k)."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        output, weights = self.attention(x, memory, memory, memory_mask)
        return output, weights.mean(dim=1)
