class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.drop = nn.Dropout(p=dropout)

    def forward(self, x, *args, **kwargs):
        out = self.sublayer(self.drop(x), *args, **kwargs)
        if isinstance(out, tuple):
            out, *_ = out
        return out + x
