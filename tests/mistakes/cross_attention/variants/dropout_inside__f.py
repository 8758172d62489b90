class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        out, weights = self.attention(x, memory, memory, memory_mask)
        return F.dropout(out, 0.1, self.training), weights
