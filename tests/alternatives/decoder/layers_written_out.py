"""The layers built here from attention, feed-forward network and norms, in a class of their own."""


class Block(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout, activation, pre, cross):
        super().__init__()
        self.pre = pre
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.cross_attention = parts.MultiHeadAttention(d_model, num_heads) if cross else None
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm3 = nn.LayerNorm(d_model) if cross else None
        self.drop = nn.Dropout(dropout)

    def add(self, x, norm, sublayer):
        return x + self.drop(sublayer(norm(x))) if self.pre else norm(x + self.drop(sublayer(x)))

    def forward(self, x, memory, own, other):
        x = self.add(x, self.norm1, lambda y: self.self_attention(y, y, y, own)[0])
        if self.cross_attention is None:
            return self.add(x, self.norm2, self.feed_forward)
        x = self.add(x, self.norm2, lambda y: self.cross_attention(y, memory, memory, other)[0])
        return self.add(x, self.norm3, self.feed_forward)


class Decoder(nn.Module):
    def __init__(
        self,
        num_layers,
        d_model,
        num_heads,
        d_ff,
        dropout=0.0,
        activation="relu",
        norm_first=False,
        cross_attention=True,
    ):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers must be 1 or more")
        settings = d_model, num_heads, d_ff, dropout, activation, norm_first, cross_attention
        self.layers = nn.ModuleList(Block(*settings) for _ in range(num_layers))
        self.pre = norm_first
        if self.pre:
            self.final_norm = nn.LayerNorm(d_model)

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        for block in self.layers:
            x = block(x, memory, self_mask, memory_mask)
        return self.final_norm(x) if self.pre else x
