"""A linear layer of one's own with the same parameters, and attention computed in float64."""


class Projection(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size, size) / size**0.5)
        self.bias = nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return x @ self.weight.mT + self.bias


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads = num_heads
        self.query_proj = Projection(d_model)
        self.key_proj = Projection(d_model)
        self.value_proj = Projection(d_model)
        self.out_proj = Projection(d_model)

    def forward(self, query, key, value, mask=None):
        projected = self.query_proj(query), self.key_proj(key), self.value_proj(value)
        heads = [split_heads(x, self.num_heads).double() for x in projected]
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1])
            mask = torch.stack([mask] * self.num_heads, dim=1)
        context, weights = parts.scaled_dot_product_attention(*heads, mask)
        return self.out_proj(merge_heads(context).to(query.dtype)), weights.to(query.dtype)
