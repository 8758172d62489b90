"""A loop over the heads, and an earlier helper for each."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)
        self.num_heads = num_heads

    def forward(self, x, memory, memory_mask=None):
        mha, size = self.attention, memory.shape[-1] // self.num_heads
        queries, keys, values = mha.query_proj(x), mha.key_proj(memory), mha.value_proj(memory)
        contexts, maps = [], []
        for head in range(self.num_heads):
            part = slice(head * size, (head + 1) * size)
            scores = parts.attention_scores(queries[..., part], keys[..., part])
            maps.append(parts.attention_weights(scores, memory_mask))
            contexts.append(maps[-1] @ values[..., part])
        return mha.out_proj(torch.cat(contexts, dim=-1)), torch.stack(maps, dim=1)
