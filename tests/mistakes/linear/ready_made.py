"""You took nn.Linear, which is what this exercise builds. Make weight and bias from nn.Parameter, and multiply."""


class Linear(nn.Linear):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias=bias)
