"""Your output looks as if the second addition used the input of the whole layer. What is added to the
feed-forward network's result is what went into that network's half of the layer: the output of the
first half.
"""

FUNDAMENTAL = "The second residual starts from what the first half made: here attention is lost."


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        if self.norm_first:
            normed = self.norm1(x)
            attended, _ = self.self_attention(normed, normed, normed, mask)
            h = x + self.dropout(attended)
            return x + self.dropout(self.feed_forward(self.norm2(h)))
        attended, _ = self.self_attention(x, x, x, mask)
        h = self.norm1(x + self.dropout(attended))
        return self.norm2(x + self.dropout(self.feed_forward(h)))
