"""Two of parts.AddAndNorm, kept where nn.Module does not register them, so that each norm has one name."""


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.steps = tuple(parts.AddAndNorm(d_model, dropout, norm_first) for _ in range(2))
        self.norm1, self.norm2 = (step.norm for step in self.steps)

    def train(self, mode=True):
        for step in self.steps:
            step.train(mode)
        return super().train(mode)

    def forward(self, x, mask=None):
        attend, think = self.steps
        return think(attend(x, lambda y: self.self_attention(y, y, y, mask)), self.feed_forward)
