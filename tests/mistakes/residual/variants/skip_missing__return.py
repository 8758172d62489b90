class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.f = sublayer
        self.drop = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        found = self.f(x, *args, **kwargs)
        return self.drop(found[0] if isinstance(found, tuple) else found)
