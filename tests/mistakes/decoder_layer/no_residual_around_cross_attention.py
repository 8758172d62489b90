"""Your output looks as if the cross-attention had no residual connection. Add what went into its third of
the layer to what it returns.
"""

FUNDAMENTAL = "Each sublayer has a residual connection."


class DecoderLayer(nn.Module):
    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False, cross_attention=True
    ):
        super().__init__()
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.cross_attention = parts.MultiHeadAttention(d_model, num_heads) if cross_attention else None
        self.feed_forward = parts.FeedForward(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        if cross_attention:
            self.norm3 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        last_norm = self.norm2 if self.cross_attention is None else self.norm3
        if self.norm_first:
            y = self.norm1(x)
            x = x + self.dropout(self.self_attention(y, y, y, self_mask)[0])
            if self.cross_attention is not None:
                y = self.norm2(x)
                x = self.dropout(self.cross_attention(y, memory, memory, memory_mask)[0])
            return x + self.dropout(self.feed_forward(last_norm(x)))
        x = self.norm1(x + self.dropout(self.self_attention(x, x, x, self_mask)[0]))
        if self.cross_attention is not None:
            x = self.norm2(self.dropout(self.cross_attention(x, memory, memory, memory_mask)[0]))
        return last_norm(x + self.dropout(self.feed_forward(x)))
