"""The additions by parts.Residual, made where they are needed, so that no name is registered twice."""


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
        self.dropout_share = dropout
        self.norm_first = norm_first

    def around(self, norm, sublayer, x):
        def before(y):
            return sublayer(norm(y))

        residual = parts.Residual(before if self.norm_first else sublayer, self.dropout_share)
        residual.training = residual.dropout.training = self.training
        return residual(x) if self.norm_first else norm(residual(x))

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        def look_back(y):
            return self.self_attention(y, y, y, self_mask)

        def look_over(y):
            return self.cross_attention(y, memory, memory, memory_mask)

        x = self.around(self.norm1, look_back, x)
        if self.cross_attention is not None:
            x = self.around(self.norm2, look_over, x)
        return self.around(getattr(self, "norm3", self.norm2), self.feed_forward, x)
