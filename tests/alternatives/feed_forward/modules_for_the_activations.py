"""Right: the activation is a module, chosen from a dictionary after the name was checked."""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        choices = {"relu": nn.ReLU, "gelu": nn.GELU}
        if activation not in choices:
            raise ValueError(f"activation must be one of {sorted(choices)}")
        self.linear_out = nn.Linear(d_ff, d_model)
        self.linear_in = nn.Linear(d_model, d_ff)
        self.activation = choices[activation]()
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
