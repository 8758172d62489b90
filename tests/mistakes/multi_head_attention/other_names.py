"""Your projections have other names than the exercise gives. Trained weights are carried over by name.

They are `query_proj`, `key_proj`, `value_proj` and `out_proj`.
"""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must divide d_model ({d_model})")
        self.num_heads = num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.num_heads)
        k = split_heads(self.W_k(key), self.num_heads)
        v = split_heads(self.W_v(value), self.num_heads)
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(found)), weights
