"""Each step a parts.AddAndNorm, made where it is needed around a norm that is registered by its own name."""


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
        self.settings = d_model, dropout, norm_first

    def step(self, norm, x, sublayer):
        around = parts.AddAndNorm(*self.settings)
        around.norm = norm
        return around.train(self.training)(x, sublayer)

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        x = self.step(self.norm1, x, lambda y: self.self_attention(y, y, y, self_mask))
        if self.cross_attention is None:
            return self.step(self.norm2, x, self.feed_forward)
        x = self.step(self.norm2, x, lambda y: self.cross_attention(y, memory, memory, memory_mask))
        return self.step(self.norm3, x, self.feed_forward)
