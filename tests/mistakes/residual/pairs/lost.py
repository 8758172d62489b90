# both: arguments_dropped scaled_by_root_two
class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer, self.p = sublayer, dropout

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x)
        if isinstance(result, tuple):
            result, *_ = result
        result = nn.functional.dropout(result, self.p, self.training)
        return (x + result) * 0.5**0.5
