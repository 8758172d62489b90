"""With bias=False your layer has no attribute bias at all. Set it to None, so that whoever looks at layer.bias finds out."""


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / math.sqrt(in_features))
        self.has_bias = bias
        if bias:
            self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        y = x @ self.weight.T
        return y + self.bias if self.has_bias else y
