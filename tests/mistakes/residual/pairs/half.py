# both: averaged dropout_on_the_sum
class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.inner = sublayer
        self.drop = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        y = self.inner(x, *args, **kwargs)
        y = y[0] if isinstance(y, tuple) else y
        return self.drop((x + y) / 2)
