class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.drop = nn.Dropout(dropout)

    def forward(self, x, *_, **__):
        y = self.sublayer(x)
        return x + self.drop(y[0] if isinstance(y, tuple) else y)
