"""An additive mask of -inf, which leaves an empty row open and takes its weights away afterwards."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        mha, heads = self.attention, self.num_heads
        q, k, v = (
            project(t).unflatten(-1, (heads, -1)).transpose(1, 2)
            for project, t in ((mha.query_proj, x), (mha.key_proj, memory), (mha.value_proj, memory))
        )
        scores = (q / q.shape[-1] ** 0.5) @ k.mT
        if memory_mask is None:
            weights = scores.softmax(-1)
        else:
            allowed = torch.broadcast_to(memory_mask, (x.shape[0], x.shape[1], memory.shape[1])).unsqueeze(1)
            some = allowed.any(-1, keepdim=True)
            bias = torch.zeros(allowed.shape, dtype=x.dtype).masked_fill(some & ~allowed, -math.inf)
            weights = (scores + bias).softmax(-1) * some
        return mha.out_proj((weights @ v).transpose(1, 2).flatten(2)), weights
