"""No module knows of your weight and bias: parameters() is empty, and no optimizer would ever change them. Assign them to attributes as nn.Parameter, not as plain tensors or inside a dictionary."""

FUNDAMENTAL = "Weight and bias are learned: plain tensors never are."


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = torch.randn(out_features, in_features) / math.sqrt(in_features)
        self.bias = torch.zeros(out_features) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
