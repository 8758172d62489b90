class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.module = sublayer

    def forward(self, x, *args, **kwargs):
        y = self.module(x, *args, **kwargs)
        return x + (y[0] if isinstance(y, tuple) else y)
