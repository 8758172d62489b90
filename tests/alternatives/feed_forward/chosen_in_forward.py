"""Right: the name is checked in the constructor, and the choice is made in forward, with functions."""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation != "relu" and activation != "gelu":
            raise ValueError("activation: 'relu' or 'gelu'")
        self.linear_in = nn.Linear(in_features=d_model, out_features=d_ff)
        self.linear_out = nn.Linear(in_features=d_ff, out_features=d_model)
        self.kind, self.p = activation, dropout

    def forward(self, x):
        hidden = self.linear_in(x)
        if self.kind == "relu":
            hidden = hidden.clamp(min=0)
        else:
            hidden = hidden * 0.5 * (1 + torch.erf(hidden / math.sqrt(2)))
        hidden = F.dropout(hidden, p=self.p, training=self.training)
        return self.linear_out(hidden)
