class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        both = torch.cat([x, memory], dim=1)
        if memory_mask is not None:
            memory_mask = memory_mask.expand(len(x), x.shape[1], memory.shape[1])
            memory_mask = torch.cat([torch.ones(len(x), x.shape[1], x.shape[1], dtype=torch.bool), memory_mask], -1)
        return self.attention(x, both, both, memory_mask)
