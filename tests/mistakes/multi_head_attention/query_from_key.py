"""Your layer is right for self-attention, and takes the queries from the key otherwise. `query_proj` takes
`query`.
"""

FUNDAMENTAL = "The query asks: here it is never looked at."


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
        q = split_heads(self.query_proj(key), self.num_heads)
        k = split_heads(self.key_proj(key), self.num_heads)
        v = split_heads(self.value_proj(value), self.num_heads)
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], key.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(merge_heads(found)), weights
