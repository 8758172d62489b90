class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("num_heads must divide d_model")
        self.self_attention = nn.MultiheadAttention(d_model, num_heads, batch_first=True)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.drop1 = nn.Dropout(dropout)
        self.drop2 = nn.Dropout(dropout)
        self.pre = norm_first

    def forward(self, x, mask=None):
        def attend(q):
            if mask is None:
                return self.self_attention(q, q, q)[0]
            full = ~mask.expand(len(q), q.shape[1], q.shape[1])
            return self.self_attention(q, q, q, attn_mask=full.repeat_interleave(self.self_attention.num_heads, 0))[0]

        if self.pre:
            x = x + self.drop1(attend(self.norm1(x)))
            return x + self.drop2(self.feed_forward(self.norm2(x)))
        x = self.norm1(x + self.drop1(attend(x)))
        return self.norm2(x + self.drop2(self.feed_forward(x)))
