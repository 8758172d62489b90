"""Your pre-norm output looks as if the normalised input had been added to the attention, where the input
itself should be. Keep x as it came for the addition, and hand only the attention its normalised form.
"""

FUNDAMENTAL = "What is added is x itself, so that the way past the sublayers stays clear."


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
            x = self.norm1(x)
            attended, _ = self.self_attention(x, x, x, mask)
            x = x + self.dropout(attended)
            x = self.norm2(x)
            return x + self.dropout(self.feed_forward(x))
        attended, _ = self.self_attention(x, x, x, mask)
        x = self.norm1(x + self.dropout(attended))
        return self.norm2(x + self.dropout(self.feed_forward(x)))
