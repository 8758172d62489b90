"""A helper that runs any sublayer with its norm; dropout in the sublayers only."""


class DecoderLayer(nn.Module):
    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False, cross_attention=True
    ):
        super().__init__()
        self.pre = norm_first
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.cross_attention = None
        if cross_attention:
            self.cross_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        for number in range(1, 4 if cross_attention else 3):
            self.add_module(f"norm{number}", nn.LayerNorm(d_model))

    def step(self, number, x, sublayer):
        norm = getattr(self, f"norm{number}")
        result = sublayer(norm(x) if self.pre else x)
        if isinstance(result, tuple):
            result = result[0]
        return x + result if self.pre else norm(x + result)

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        x = self.step(1, x, lambda y: self.self_attention(y, y, y, self_mask))
        if self.cross_attention:
            x = self.step(2, x, lambda y: self.cross_attention(y, memory, memory, memory_mask))
            return self.step(3, x, self.feed_forward)
        return self.step(2, x, self.feed_forward)
