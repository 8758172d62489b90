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
        def split(t):
            return t.unflatten(-1, (self.d, self.h)).permute(0, 3, 1, 2)

        if mask is not None:
            mask = mask.expand(query.shape[0], query.shape[1], key.shape[1])[:, None]
        out, weights = parts.scaled_dot_product_attention(
            split(self.query_proj(query)), split(self.key_proj(key)), split(self.value_proj(value)), mask
        )
        return self.out_proj(out.transpose(1, 2).flatten(2)), weights
