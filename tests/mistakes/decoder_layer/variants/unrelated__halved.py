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
        if self.pre:
            y = self.norm1(x)
            x = 0.5 * x + self.drop(self.self_attention(y, y, y, self_mask)[0])
            if self.cross_attention is not None:
                y = self.norm2(x)
                x = x + self.drop(self.cross_attention(y, memory, memory, memory_mask)[0])
            y = last(x)
            x = x + self.drop(self.feed_forward(y))
            return x
        z = self.drop(self.self_attention(x, x, x, self_mask)[0])
        x = self.norm1(0.5 * x + z)
        if self.cross_attention is not None:
            y = x
            z = self.drop(self.cross_attention(y, memory, memory, memory_mask)[0])
            x = self.norm2(x + z)
        z = self.drop(self.feed_forward(x))
        x = last(x + z)
        return x
