# both: norms_swapped mask_inverted
class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout=dropout, activation=activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre = norm_first

    def around(self, x, norm, sublayer):
        if self.pre:
            return x + self.dropout(sublayer(norm(x)))
        return norm(x + self.dropout(sublayer(x)))

    def forward(self, x, mask=None):
        hidden = None if mask is None else ~mask
        x = self.around(x, self.norm2, lambda y: self.self_attention(y, y, y, hidden)[0])
        return self.around(x, self.norm1, self.feed_forward)
