"""Your weight and bias are buffers: they are saved, and never trained. Make them nn.Parameter."""

FUNDAMENTAL = "Weight and bias are learned: buffers never are."


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.register_buffer("weight", torch.randn(out_features, in_features) / math.sqrt(in_features))
        self.register_buffer("bias", torch.zeros(out_features) if bias else None)

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
