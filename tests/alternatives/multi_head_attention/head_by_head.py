"""A loop over the heads, each a slice of the projected features; results are joined at the end."""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        self.size, rest = divmod(d_model, num_heads)
        if rest:
            raise ValueError(f"d_model={d_model} is not divisible by num_heads={num_heads}")
        self.query_proj, self.key_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.value_proj, self.out_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        projected = self.query_proj(query), self.key_proj(key), self.value_proj(value)
        found, maps = [], []
        for q, k, v in zip(*(x.split(self.size, dim=-1) for x in projected), strict=True):
            context, weights = parts.scaled_dot_product_attention(q, k, v, mask)
            found.append(context)
            maps.append(weights)
        return self.out_proj(torch.cat(found, dim=-1)), torch.stack(maps, dim=1)
