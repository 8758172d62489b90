"""Your layer adds the bias to the weight, so that it is multiplied by the input as well. Add it to the product."""

FUNDAMENTAL = "The bias is added to the product, not to the weight."


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / math.sqrt(in_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        weight = self.weight if self.bias is None else self.weight + self.bias[:, None]
        return x @ weight.T
