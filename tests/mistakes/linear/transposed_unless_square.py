"""Your layer looks at the sizes to find out whether to transpose W, and takes the wrong way where in_features equals out_features. Always multiply by the transpose."""


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / math.sqrt(in_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        weight = self.weight if self.weight.shape[0] == x.shape[-1] else self.weight.T
        y = x @ weight
        return y if self.bias is None else y + self.bias
