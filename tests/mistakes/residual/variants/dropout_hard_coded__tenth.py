class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.sublayer = sublayer

    def forward(self, x, *args, **kwargs):
        y = self.sublayer(x, *args, **kwargs)
        return x + self.drop(y[0] if isinstance(y, tuple) else y)
