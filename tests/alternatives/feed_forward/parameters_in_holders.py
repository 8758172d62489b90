"""Right: parameters of one's own, held under the names that are asked for."""


class Layer(nn.Module):
    def __init__(self, size_in, size_out):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size_out, size_in) / size_in**0.5)
        self.bias = nn.Parameter(torch.zeros(size_out))

    def forward(self, x):
        return torch.matmul(x, self.weight.transpose(0, 1)) + self.bias


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        match activation:
            case "relu":
                self.bend = F.relu
            case "gelu":
                self.bend = F.gelu
            case _:
                raise ValueError("unknown activation: " + str(activation))
        self.linear_in = Layer(d_model, d_ff)
        self.linear_out = Layer(d_ff, d_model)
        self.rate = dropout

    def forward(self, x):
        hidden = self.bend(self.linear_in(x))
        if self.training and self.rate > 0:
            kept = torch.rand_like(hidden) >= self.rate
            hidden = hidden * kept / (1 - self.rate)
        return self.linear_out(hidden)
