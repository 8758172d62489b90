"""Everything by einsum; the softmax is of exponentials that the mask multiplies, and an empty row is divided by 1."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        mha, batch = self.attention, x.shape[0]
        q, k, v = mha.query_proj(x), mha.key_proj(memory), mha.value_proj(memory)
        q, k, v = (t.reshape(batch, t.shape[1], self.num_heads, -1) for t in (q, k, v))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(q.shape[-1])
        if memory_mask is None:
            weights = torch.softmax(scores, dim=-1)
        else:
            allowed = memory_mask.expand(batch, x.shape[1], memory.shape[1])[:, None]
            largest = scores.masked_fill(~allowed, torch.finfo(scores.dtype).min).amax(-1, keepdim=True).detach()
            exponentials = torch.where(allowed, scores - largest, 0.0).exp() * allowed
            total = exponentials.sum(-1, keepdim=True)
            weights = exponentials / torch.where(total == 0, 1.0, total)
        context = torch.einsum("bhij,bjhd->bihd", weights, v)
        return mha.out_proj(context.flatten(2)), weights
