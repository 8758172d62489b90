class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} is no multiple of {num_heads}")
        self.h, self.d = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.o_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, L, _ = query.shape
        S = key.shape[1]
        q = self.q_proj(query).view(B, L, self.h, self.d).permute(0, 2, 1, 3)
        k = self.k_proj(key).view(B, S, self.h, self.d).permute(0, 2, 1, 3)
        v = self.v_proj(value).view(B, S, self.h, self.d).permute(0, 2, 1, 3)
        if mask is not None:
            mask = mask.expand(B, L, S).unsqueeze(1)
        heads, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        heads = heads.transpose(1, 2).reshape(B, L, -1)
        return self.o_proj(heads), weights
