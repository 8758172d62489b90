"""In training mode your output depends on chance: there is dropout in your layer. The decoder layer around it sees to that; this one takes no dropout argument."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, memory, memory_mask=None):
        output, weights = self.attention(x, memory, memory, memory_mask)
        return self.dropout(output), weights
