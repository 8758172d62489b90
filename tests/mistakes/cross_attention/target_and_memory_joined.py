"""Your x looks at itself as well as at the memory: keys and values are both sequences, one behind the other. They come from the memory alone."""

FUNDAMENTAL = "x looks at the memory alone."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        both = torch.cat([x, memory], dim=1)
        if memory_mask is not None:
            allowed = memory_mask.expand(x.shape[0], x.shape[1], memory.shape[1])
            memory_mask = torch.cat([torch.ones(x.shape[0], x.shape[1], x.shape[1], dtype=torch.bool), allowed], dim=-1)
        return self.attention(x, both, both, memory_mask)
