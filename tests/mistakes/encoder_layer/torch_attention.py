"""Your state_dict has in_proj_weight in it: that is nn.MultiheadAttention. Use parts.MultiHeadAttention,
whose projections are called query_proj, key_proj, value_proj and out_proj, and whose mask says True
for "may attend".
"""

FUNDAMENTAL = "The layer is built of the course's attention: this one has other parameters."


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        self.self_attention = nn.MultiheadAttention(d_model, num_heads, batch_first=True)
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        if self.norm_first:
            normed = self.norm1(x)
            attended, _ = self.self_attention(normed, normed, normed, attn_mask=None if mask is None else ~mask)
            x = x + self.dropout(attended)
            return x + self.dropout(self.feed_forward(self.norm2(x)))
        attended, _ = self.self_attention(x, x, x, attn_mask=None if mask is None else ~mask)
        x = self.norm1(x + self.dropout(attended))
        return self.norm2(x + self.dropout(self.feed_forward(x)))
