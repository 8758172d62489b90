"""Batch and heads in one axis for bmm, an additive mask repeated for the heads of each batch row."""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads does not divide d_model")
        self.num_heads = num_heads
        self.register_buffer("root", torch.tensor(d_model / num_heads).sqrt(), persistent=False)
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def flat(self, x):
        return split_heads(x, self.num_heads).flatten(0, 1)

    def forward(self, query, key, value, mask=None):
        batch, l_q, l_k = len(query), query.shape[1], key.shape[1]
        q, k, v = (
            self.flat(self.query_proj(query)),
            self.flat(self.key_proj(key)),
            self.flat(self.value_proj(value)),
        )
        scores = torch.bmm(q, k.mT) / self.root
        alive = 1.0
        if mask is not None:
            mask = torch.broadcast_to(mask, (batch, l_q, l_k)).repeat_interleave(self.num_heads, dim=0)
            alive = mask.any(dim=-1, keepdim=True).to(q.dtype)
            bias = torch.zeros_like(scores).masked_fill(~mask, torch.finfo(q.dtype).min)
            scores = torch.where(mask, scores, bias)
        weights = scores.softmax(dim=-1) * alive
        found = torch.bmm(weights, v).view(batch, self.num_heads, l_q, -1)
        return self.out_proj(merge_heads(found)), weights.view(batch, self.num_heads, l_q, l_k)
