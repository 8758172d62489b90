"""A mask of True where none is given, expanded to its full shape."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        allowed = torch.ones(x.shape[0], x.shape[1], memory.shape[1], dtype=torch.bool, device=x.device)
        if memory_mask is not None:
            allowed = allowed & memory_mask
        return self.attention(x, memory, memory, allowed)
