"""Your state_dict calls the feed-forward weights feed_forward.0 and feed_forward.2, and other people's
weights do not fit. Use parts.FeedForward, whose weights are called linear_in and linear_out.
"""


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation}")
        chosen = nn.ReLU() if activation == "relu" else nn.GELU()
        self.feed_forward = nn.Sequential(nn.Linear(d_model, d_ff), chosen, nn.Linear(d_ff, d_model))
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        if self.norm_first:
            normed = self.norm1(x)
            attended, _ = self.self_attention(normed, normed, normed, mask)
            x = x + self.dropout(attended)
            return x + self.dropout(self.feed_forward(self.norm2(x)))
        attended, _ = self.self_attention(x, x, x, mask)
        x = self.norm1(x + self.dropout(attended))
        return self.norm2(x + self.dropout(self.feed_forward(x)))
