"""Your weights and output are wrong as soon as there is more than one head: positions are torn apart.

A single `view` or `reshape` to (B, H, L, D/H) keeps the numbers in their order. Use your `split_heads`.
"""

FUNDAMENTAL = "A head sees every position: here positions are torn apart."


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
        q, k, v = (x.reshape(len(x), self.num_heads, x.shape[1], -1) for x in (q, k, v))
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(merge_heads(found)), weights
