"""The additions by parts.Residual, made where they are needed, so that no name is registered twice."""


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.p = dropout
        self.norm_first = norm_first

    def add(self, sublayer, x, *args):
        return parts.Residual(sublayer, self.p).train(self.training)(x, *args)

    def forward(self, x, mask=None):
        def attend(y, mask):
            return self.self_attention(y, y, y, mask)

        if self.norm_first:
            x = self.add(lambda y: attend(self.norm1(y), mask), x)
            return self.add(lambda y: self.feed_forward(self.norm2(y)), x)
        x = self.norm1(self.add(attend, x, mask))
        return self.norm2(self.add(self.feed_forward, x))
