"""Takes the input as columns, and multiplies from the left; the bias is made before the weight."""


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.register_parameter("bias", nn.Parameter(torch.randn(out_features)) if bias else None)
        self.register_parameter("weight", nn.Parameter(torch.randn(out_features, in_features) * 0.02))

    def forward(self, x):
        y = torch.matmul(self.weight, x.unsqueeze(-1)).squeeze(-1)
        return y if self.bias is None else y.add(self.bias)
