"""A position that may attend to nothing gets NaN in your layer: a softmax of nothing but -inf is 0/0. Its weights are to be 0, as those of parts.MultiHeadAttention are."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)
        self.num_heads = num_heads

    def forward(self, x, memory, memory_mask=None):
        heads = self.num_heads
        query = parts.split_heads(self.attention.query_proj(x), heads)
        key = parts.split_heads(self.attention.key_proj(memory), heads)
        value = parts.split_heads(self.attention.value_proj(memory), heads)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        if memory_mask is not None:
            allowed = memory_mask.expand(x.shape[0], x.shape[1], memory.shape[1])[:, None]
            scores = scores.masked_fill(~allowed, -torch.inf)
        weights = torch.softmax(scores, dim=-1)
        return self.attention.out_proj(parts.merge_heads(weights @ value)), weights
