class DecoderLayer(nn.Module):
    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False, cross_attention=True
    ):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm3 = nn.LayerNorm(d_model) if cross_attention else None
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout=dropout, activation=activation)
        self.cross_attention = parts.MultiHeadAttention(d_model, num_heads) if cross_attention else None
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.drop = nn.Dropout(dropout)
        self.pre = norm_first

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        last = self.norm2 if self.cross_attention is None else self.norm3
        y = self.norm1(x) if self.pre else x
        a, w = self.self_attention(y, y, y, self_mask)
        x = x + self.drop(a) if self.pre else self.norm1(x + self.drop(a))
        if self.cross_attention is not None:
            y = self.norm2(x) if self.pre else x
            a, w = self.cross_attention(y, memory, memory, memory_mask)
            x = x + self.drop(a) if self.pre else self.norm2(x + self.drop(a))
        if self.pre:
            return x + self.drop(self.feed_forward(last(x))), w
        return last(x + self.drop(self.feed_forward(x))), w
