# both: key_and_value_exchanged mask_ignored
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

    def forward(self, query, value, key, mask=None):
        projected = [self.query_proj(query), self.key_proj(key), self.value_proj(value)]
        q, k, v = [split_heads(x, self.num_heads) for x in projected]
        context, attention = parts.scaled_dot_product_attention(q, k, v)
        return self.out_proj(merge_heads(context)), attention
