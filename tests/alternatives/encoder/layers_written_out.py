"""The layers built here from attention, feed-forward network and norms, in a class of their own."""


class Block(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout, activation, pre):
        super().__init__()
        self.pre = pre
        self.norm2 = nn.LayerNorm(d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask):
        if self.pre:
            y = self.norm1(x)
            x = x + self.drop(self.self_attention(y, y, y, mask)[0])
            return x + self.drop(self.feed_forward(self.norm2(x)))
        x = self.norm1(x + self.drop(self.self_attention(x, x, x, mask)[0]))
        return self.norm2(x + self.drop(self.feed_forward(x)))


class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers must be 1 or more")
        blocks = [Block(d_model, num_heads, d_ff, dropout, activation, norm_first) for _ in range(num_layers)]
        self.layers = nn.ModuleList(blocks)
        self.pre = norm_first
        if self.pre:
            self.final_norm = nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        for block in self.layers:
            x = block(x, mask)
        return self.final_norm(x) if self.pre else x
