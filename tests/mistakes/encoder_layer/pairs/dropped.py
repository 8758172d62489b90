# both: mask_dropped norm_first_ignored
class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        attended, _ = self.self_attention(x, x, x)
        y = self.norm1(x + self.drop(attended))
        return self.norm2(y + self.drop(self.feed_forward(y)))
