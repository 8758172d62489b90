"""Your layer splits its inputs as they are: `query_proj`, `key_proj` and `value_proj` are made and not
used.
"""

FUNDAMENTAL = "The projections are what a head learns: left out, all heads are blind."


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
        q, k, v = (split_heads(x, self.num_heads) for x in (query, key, value))
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(merge_heads(found)), weights
