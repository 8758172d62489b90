"""Your weights have other shapes than the exercise gives: every head seems to have small projections of
its own.

Four `nn.Linear(D, D)` do the same: the rows h·D/H to (h+1)·D/H - 1 of each are those of head h.
"""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must divide d_model ({d_model})")
        self.num_heads = num_heads
        size = d_model // num_heads
        self.query_proj = nn.ModuleList(nn.Linear(d_model, size) for _ in range(num_heads))
        self.key_proj = nn.ModuleList(nn.Linear(d_model, size) for _ in range(num_heads))
        self.value_proj = nn.ModuleList(nn.Linear(d_model, size) for _ in range(num_heads))
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = torch.stack([project(query) for project in self.query_proj], dim=1)
        k = torch.stack([project(key) for project in self.key_proj], dim=1)
        v = torch.stack([project(value) for project in self.value_proj], dim=1)
        if mask is not None:
            mask = mask.broadcast_to(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        found, weights = parts.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(merge_heads(found)), weights
