# both: tuple_not_unpacked dropout_ignored
class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.fn = sublayer

    def forward(self, x, *more, **named):
        return torch.add(x, self.fn(x, *more, **named))
