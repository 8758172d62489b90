"""Your layer has no parameters: the attention is kept in a list, where nn.Module does not see it. Make it an attribute, self.attention."""

FUNDAMENTAL = "Weights that are not registered are never trained."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self._parts = [parts.MultiHeadAttention(d_model, num_heads)]

    def forward(self, x, memory, memory_mask=None):
        return self._parts[0](x, memory, memory, memory_mask)
