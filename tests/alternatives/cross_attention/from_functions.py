"""Projections, heads and scaled dot-product attention by hand, with the weights that `attention` holds."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        def heads(t):
            return parts.split_heads(t, self.num_heads)

        if memory_mask is not None:
            shape = torch.broadcast_shapes(memory_mask.shape, (x.size(0), x.size(1), memory.size(1)))
            memory_mask = memory_mask.expand(shape).unsqueeze(1)
        context, weights = parts.scaled_dot_product_attention(
            heads(self.attention.query_proj(x)),
            heads(self.attention.key_proj(memory)),
            heads(self.attention.value_proj(memory)),
            memory_mask,
        )
        return self.attention.out_proj(parts.merge_heads(context)), weights
