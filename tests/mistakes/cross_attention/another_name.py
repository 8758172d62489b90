"""Your attention is there, but not under the name `attention`, so a state_dict of another implementation does not fit."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.cross_attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        return self.cross_attention(x, memory, memory, memory_mask)
