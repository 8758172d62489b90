class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.sublayer = sublayer

    def forward(self, x, *args, **kwargs):
        y = self.sublayer(x, *args, **kwargs)
        y = y[0] if isinstance(y, tuple) else y
        return 0.7 * x + 1.3 * self.drop(y)
