"""Computes one output after the other."""


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.normal(0.0, 0.02, (out_features, in_features)))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        outputs = [(x * row).sum(-1) for row in self.weight]
        y = torch.stack(outputs, dim=-1)
        return y if self.bias is None else self.bias + y
