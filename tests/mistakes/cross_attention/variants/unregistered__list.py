class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = [parts.MultiHeadAttention(d_model, num_heads)]

    def forward(self, x, memory, memory_mask=None):
        return self.attention[0](x, memory, memory, memory_mask)
