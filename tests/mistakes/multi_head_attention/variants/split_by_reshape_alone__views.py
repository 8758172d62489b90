class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} is no multiple of {num_heads}")
        self.h, self.d = num_heads, d_model // num_heads
        self.out_proj = nn.Linear(d_model, d_model)
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, L, D = query.shape
        S = key.shape[1]
        q = self.query_proj(query).reshape(B, self.h, L, self.d)
        k = self.key_proj(key).reshape(B, self.h, S, self.d)
        v = self.value_proj(value).reshape(B, self.h, S, self.d)
        if mask is not None:
            mask = mask.expand(B, L, S)[:, None]
        out, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(merge_heads(out)), weights
