"""Both orders in one loop over pairs of norm and sublayer."""


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.drop = nn.Dropout(dropout)
        self.feed_forward = parts.FeedForward(d_model, d_ff, activation=activation, dropout=dropout)
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.pre = norm_first

    def forward(self, x, mask=None):
        def attend(y):
            return self.self_attention(query=y, key=y, value=y, mask=mask)[0]

        for norm, sublayer in ((self.norm1, attend), (self.norm2, self.feed_forward)):
            x = x + self.drop(sublayer(norm(x))) if self.pre else norm(x + self.drop(sublayer(x)))
        return x
