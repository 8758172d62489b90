"""One product with the three weights joined, where the inputs are the same tensor; four layers all the
same.
"""


class Projections(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.query_proj = nn.Linear(size, size)
        self.key_proj = nn.Linear(size, size)
        self.value_proj = nn.Linear(size, size)
        self.out_proj = nn.Linear(size, size)

    def all_three(self, query, key, value):
        if query is key and key is value:
            layers = self.query_proj, self.key_proj, self.value_proj
            weight = torch.cat([layer.weight for layer in layers])
            bias = torch.cat([layer.bias for layer in layers])
            return F.linear(query, weight, bias).chunk(3, dim=-1)
        return self.query_proj(query), self.key_proj(key), self.value_proj(value)


class MultiHeadAttention(Projections):
    def __init__(self, d_model, num_heads):
        if num_heads < 1 or d_model % num_heads != 0:
            raise ValueError(f"d_model must be divisible by num_heads, not {d_model} by {num_heads}")
        super().__init__(d_model)
        self.num_heads = num_heads

    def forward(self, query, key, value, mask=None):
        heads = [split_heads(x, self.num_heads) for x in self.all_three(query, key, value)]
        if mask is not None:
            mask = mask.view(*[1] * (3 - mask.dim()), *mask.shape).unsqueeze(1)
        context, weights = parts.scaled_dot_product_attention(*heads, mask=mask)
        return self.out_proj(merge_heads(context)), weights
