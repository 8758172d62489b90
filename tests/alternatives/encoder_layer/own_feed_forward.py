"""A feed-forward network written here, with the same names, and dropout inside the sublayers only."""


class TwoLinears(nn.Module):
    def __init__(self, d_model, d_ff, dropout, activation):
        super().__init__()
        self.act = {"relu": torch.relu, "gelu": nn.functional.gelu}.get(activation)
        if self.act is None:
            raise ValueError(f"activation is relu or gelu, not {activation}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear_out(self.dropout(self.act(self.linear_in(x))))


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.self_attention = parts.MultiHeadAttention(d_model, num_heads)
        self.feed_forward = TwoLinears(d_model, d_ff, dropout, activation)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.forward = self.before if norm_first else self.after

    def attend(self, x, mask):
        return self.self_attention(x, x, x, mask)[0]

    def before(self, x, mask=None):
        x = x + self.attend(self.norm1(x), mask)
        return x + self.feed_forward(self.norm2(x))

    def after(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.feed_forward(x))
