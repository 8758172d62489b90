# both: scale_missing output_only
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("the heads do not fit")
        self.h = num_heads
        self.query_proj, self.key_proj, self.value_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        b, n, d = query.shape
        m = key.shape[1]
        q = self.query_proj(query).view(b, n, self.h, -1)
        k = self.key_proj(key).view(b, m, self.h, -1)
        v = self.value_proj(value).view(b, m, self.h, -1)
        score = torch.einsum("bnhc,bmhc->bhnm", q, k)
        if mask is None:
            w = score.softmax(-1)
        else:
            allowed = torch.broadcast_to(mask, (b, n, m))[:, None]
            w = torch.nan_to_num(score.masked_fill(allowed.logical_not(), float("-inf")).softmax(-1))
        return self.out_proj(torch.einsum("bhnm,bmhc->bnhc", w, v).reshape(b, n, d))
