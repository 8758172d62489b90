"""Your layer multiplies by W where it should by its transpose. With a square weight that goes unnoticed, and is wrong: output o is the dot product of x with row o of W."""

FUNDAMENTAL = "The layer multiplies by the transposed weight."


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / math.sqrt(in_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias
