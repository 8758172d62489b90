"""Your numbers are right, but the caller's mask has changed after the call: rows that allow nothing were
opened in it.

Work on a copy: an operation such as `mask[...] = True` or `mask |= …` changes what it is given.
"""


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
        q = split_heads(self.query_proj(query), self.num_heads)
        k = split_heads(self.key_proj(key), self.num_heads)
        v = split_heads(self.value_proj(value), self.num_heads)
        if mask is not None:
            mask = (mask if mask.dim() == 3 else mask.expand(query.shape[0], -1, -1).clone()).unsqueeze(1)
        if mask is not None:
            lost = ~mask.any(dim=-1, keepdim=True)
            mask |= lost
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        if mask is not None:
            weights = weights.masked_fill(lost, 0.0)
            found = found.masked_fill(lost, 0.0)
        return self.out_proj(merge_heads(found)), weights
