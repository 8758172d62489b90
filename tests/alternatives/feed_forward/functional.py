"""Right: F.linear with the layers' weights, and the activation looked up by name in torch.nn.functional."""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        allowed = ["relu", "gelu"]
        if activation not in allowed:
            raise ValueError(f"{activation=} is not in {allowed}")
        self.activation = getattr(F, activation)
        self.linear_in = nn.Linear(d_model, d_ff, bias=True)
        self.linear_out = nn.Linear(d_ff, d_model, bias=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        hidden = F.linear(x, self.linear_in.weight, self.linear_in.bias)
        return F.linear(self.dropout(self.activation(hidden)), self.linear_out.weight, self.linear_out.bias)
