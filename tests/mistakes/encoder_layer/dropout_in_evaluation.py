"""Your layer drops values in evaluation mode too. F.dropout does so unless it is told
training=self.training; an nn.Dropout knows by itself which mode it is in.
"""


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.p = dropout
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        if self.norm_first:
            normed = self.norm1(x)
            attended, _ = self.self_attention(normed, normed, normed, mask)
            x = x + nn.functional.dropout(attended, self.p)
            return x + nn.functional.dropout(self.feed_forward(self.norm2(x)), self.p)
        attended, _ = self.self_attention(x, x, x, mask)
        x = self.norm1(x + nn.functional.dropout(attended, self.p))
        return self.norm2(x + nn.functional.dropout(self.feed_forward(x), self.p))
