"""The output by PyTorch's fused attention, which is no multi-head attention yet; the weights beside it."""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads = num_heads
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = [
            split_heads(layer(x), self.num_heads)
            for layer, x in ((self.query_proj, query), (self.key_proj, key), (self.value_proj, value))
        ]
        if mask is not None:
            mask = mask.expand(query.size(0), query.size(1), key.size(1))[:, None]
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        weights = parts.attention_weights(parts.attention_scores(q, k), mask)
        return self.out_proj(merge_heads(found)), weights
