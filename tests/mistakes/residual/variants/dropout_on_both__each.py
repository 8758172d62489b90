class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.drop1, self.drop2 = nn.Dropout(dropout), nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        y = self.sublayer(x, *args, **kwargs)
        y = y[0] if isinstance(y, tuple) else y
        return self.drop1(x) + self.drop2(y)
