"""The shape of the result is right, and in float64 half of its digits are lost on the way through float32.
Compute in the dtype of x, which needs no cast at all.
"""


class DecoderLayer(nn.Module):
    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False, cross_attention=True
    ):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.cross_attention = parts.MultiHeadAttention(d_model, num_heads) if cross_attention else None
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        if cross_attention:
            self.norm3 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        if self.norm_first:
            n = self.norm1(x)
            x = x + self.dropout(self.self_attention(n, n, n, self_mask)[0])
            x = x.float().to(x.dtype)
            if self.cross_attention is None:
                return x + self.dropout(self.feed_forward(self.norm2(x)))
            x = x + self.dropout(self.cross_attention(self.norm2(x), memory, memory, memory_mask)[0])
            return x + self.dropout(self.feed_forward(self.norm3(x)))
        x = self.norm1(x + self.dropout(self.self_attention(x, x, x, self_mask)[0]))
        if self.cross_attention is None:
            return self.norm2(x + self.dropout(self.feed_forward(x)))
        x = self.norm2(x + self.dropout(self.cross_attention(x, memory, memory, memory_mask)[0]))
        return self.norm3(x + self.dropout(self.feed_forward(x)))
