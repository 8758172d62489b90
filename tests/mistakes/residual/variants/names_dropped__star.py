class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.drop = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        y = self.sublayer(x, *args)
        y = y[0] if isinstance(y, tuple) else y
        return torch.add(x, self.drop(y))
