"""Your layer gives the same output twice while it trains with dropout=0.5. Apply an nn.Dropout(dropout)
to what each sublayer returns, and hand dropout on to parts.FeedForward.
"""


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, 0.0, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        if self.norm_first:
            normed = self.norm1(x)
            attended, _ = self.self_attention(normed, normed, normed, mask)
            x = x + attended
            return x + self.feed_forward(self.norm2(x))
        attended, _ = self.self_attention(x, x, x, mask)
        x = self.norm1(x + attended)
        return self.norm2(x + self.feed_forward(x))
