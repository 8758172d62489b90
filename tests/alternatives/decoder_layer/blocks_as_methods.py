"""Each sublayer a method, as in nn.TransformerDecoderLayer; three separate dropouts; arguments by name."""


class DecoderLayer(nn.Module):
    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False, cross_attention=True
    ):
        super().__init__()
        self.norm_first = norm_first
        self.self_attention = parts.MultiHeadAttention(d_model=d_model, num_heads=num_heads)
        self.norm1 = nn.LayerNorm(d_model)
        if cross_attention:
            self.cross_attention = parts.MultiHeadAttention(d_model=d_model, num_heads=num_heads)
            self.norm3 = nn.LayerNorm(d_model)
        else:
            self.cross_attention = None
        self.norm2 = nn.LayerNorm(d_model)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout=dropout, activation=activation)
        self.dropout1, self.dropout2, self.dropout3 = (nn.Dropout(dropout) for _ in range(3))

    def own(self, x, mask):
        return self.dropout1(self.self_attention(query=x, key=x, value=x, mask=mask)[0])

    def cross(self, x, memory, mask):
        return self.dropout2(self.cross_attention(query=x, key=memory, value=memory, mask=mask)[0])

    def think(self, x):
        return self.dropout3(self.feed_forward(x))

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        if self.norm_first:
            x = x + self.own(self.norm1(x), self_mask)
            if self.cross_attention is None:
                return x + self.think(self.norm2(x))
            x = x + self.cross(self.norm2(x), memory, memory_mask)
            return x + self.think(self.norm3(x))
        x = self.norm1(x + self.own(x, self_mask))
        if self.cross_attention is None:
            return self.norm2(x + self.think(x))
        x = self.norm2(x + self.cross(x, memory, memory_mask))
        return self.norm3(x + self.think(x))
