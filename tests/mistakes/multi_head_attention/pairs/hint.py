# both: mask_inverted last_projection_missing
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be a multiple of num_heads")
        self.heads = num_heads
        for name in ("query_proj", "key_proj", "value_proj", "out_proj"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask=None):
        def heads(x):
            return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        if mask is not None:
            mask = torch.logical_not(mask).expand(query.size(0), query.size(1), key.size(1))[:, None]
        out, weights = parts.scaled_dot_product_attention(
            heads(self.query_proj(query)), heads(self.key_proj(key)), heads(self.value_proj(value)), mask
        )
        return out.transpose(1, 2).flatten(-2), weights
