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
            a, w = self.self_attention(n, n, n, mask)
            x = x + self.drop1(a)
            return x + self.drop2(self.feed_forward(self.norm2(x))), w
        a, w = self.self_attention(x, x, x, mask)
        x = self.norm1(x + self.drop1(a))
        return self.norm2(x + self.drop2(self.feed_forward(x))), w
