class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.parts = [sublayer]
        self.drop = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        y = self.parts[0](x, *args, **kwargs)
        return x + self.drop(y[0] if isinstance(y, tuple) else y)
