"""A mask of two axes is (L, L), also where there happen to be as many sequences as positions; padding comes
as (B, 1, L). Hand the mask on as it is.
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
        if mask is not None and mask.ndim == 2 and len(mask) == len(x):
            mask = mask[:, None, :]
        if self.norm_first:
            n = self.norm1(x)
            h = x + self.dropout(self.self_attention(n, n, n, mask)[0])
            return h + self.dropout(self.feed_forward(self.norm2(h)))
        h = self.norm1(x + self.dropout(self.self_attention(x, x, x, mask)[0]))
        return self.norm2(h + self.dropout(self.feed_forward(h)))
