"""An attention module of one's own under the same names, with the parameters made in another order, and a check in the constructor."""


class Heads(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.out_proj, self.value_proj, self.key_proj, self.query_proj = (nn.Linear(d_model, d_model) for _ in range(4))
        self.num_heads = num_heads

    def forward(self, query, source, mask):
        q = parts.split_heads(self.query_proj(query), self.num_heads)
        k = parts.split_heads(self.key_proj(source), self.num_heads)
        v = parts.split_heads(self.value_proj(source), self.num_heads)
        mask = mask if mask is None or mask.dim() < 3 else mask[:, None]
        weights = parts.attention_weights(parts.attention_scores(q, k), mask)
        return self.out_proj(parts.merge_heads(weights @ v)), weights


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        if d_model % num_heads != 0:
            raise ValueError("d_model must be a multiple of num_heads")
        super().__init__()
        self.attention = Heads(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        return self.attention(x, memory, memory_mask)
