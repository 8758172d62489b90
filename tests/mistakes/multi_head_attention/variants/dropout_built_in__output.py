class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} is no multiple of {num_heads}")
        self.h, self.d = num_heads, d_model // num_heads
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        self.drop = nn.Dropout(0.2)

    def forward(self, query, key, value, mask=None):
        B, L, _ = query.shape
        S = key.shape[1]
        q = self.query_proj(query).view(B, L, self.h, self.d).permute(0, 2, 1, 3)
        k = self.key_proj(key).view(B, S, self.h, self.d).permute(0, 2, 1, 3)
        v = self.value_proj(value).view(B, S, self.h, self.d).permute(0, 2, 1, 3)
        if mask is not None:
            mask = mask.expand(B, L, S).unsqueeze(1)
        heads, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        heads = heads.transpose(1, 2).reshape(B, L, -1)
        return self.drop(self.out_proj(heads)), weights
