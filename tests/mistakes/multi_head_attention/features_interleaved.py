"""Every head gets every H-th feature, where it should get a block of neighbours. Use your `split_heads`."""

FUNDAMENTAL = "A head is a block of neighbouring features: here all heads hold other ones."


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must divide d_model ({d_model})")
        self.num_heads = num_heads
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.query_proj(query), self.key_proj(key), self.value_proj(value)
        q, k, v = (x.unflatten(-1, (-1, self.num_heads)).permute(0, 3, 1, 2) for x in (q, k, v))
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(found.permute(0, 2, 3, 1).flatten(2)), weights
