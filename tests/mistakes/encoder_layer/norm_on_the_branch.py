"""Your output looks as if each norm had been applied to what the sublayer returns, before the addition.
Post-norm normalises the sum; pre-norm normalises what goes into the sublayer.
"""


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
            attended, _ = self.self_attention(x, x, x, mask)
            x = x + self.norm1(self.dropout(attended))
            return x + self.norm2(self.dropout(self.feed_forward(x)))
        attended, _ = self.self_attention(x, x, x, mask)
        x = x + self.norm1(self.dropout(attended))
        return x + self.norm2(self.dropout(self.feed_forward(x)))
