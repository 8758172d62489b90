class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout=dropout, activation=activation)
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.drop1, self.drop2 = nn.Dropout(dropout), nn.Dropout(dropout)
        self.pre = norm_first

    def forward(self, x, mask=None):
        if self.pre:
            n = self.norm1(x)
            a = self.drop1(self.self_attention(n, x, x, mask)[0])
            x = x + a
            m = self.norm2(x)
            x = x + self.drop2(self.feed_forward(m))
            return x
        a = self.drop1(self.self_attention(x, x, x, mask)[0])
        x = self.norm1(x + a)
        f = self.drop2(self.feed_forward(x))
        return self.norm2(x + f)
