class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.drop = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        y = self.sublayer(x, *args, **kwargs)
        if isinstance(y, tuple):
            y = y[0]
        return self.drop(y) - x
