"""An attention of its own, fused by F.scaled_dot_product_attention, with the names of the given one."""


class Attention(parts.MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        heads = self.out_proj.in_features // self.num_heads
        q, k, v = (
            projection(x).unflatten(-1, (-1, heads)).transpose(1, 2)
            for projection, x in ((self.query_proj, query), (self.key_proj, key), (self.value_proj, value))
        )
        if mask is not None:
            mask = mask.expand(len(query), query.shape[1], key.shape[1])[:, None]
        context = nn.functional.scaled_dot_product_attention(q, k, v, mask)
        return self.out_proj(context.transpose(1, 2).flatten(2)), None


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = Attention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        h = self.norm1(x) if self.norm_first else x
        x = x + self.dropout(self.self_attention(h, h, h, mask)[0])
        x = x if self.norm_first else self.norm1(x)
        h = self.norm2(x) if self.norm_first else x
        x = x + self.dropout(self.feed_forward(h))
        return x if self.norm_first else self.norm2(x)
