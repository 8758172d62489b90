"""With d_model = d_ff your results are wrong, as if x had been multiplied by the weights rather than by
their transposes. The weight of an nn.Linear has shape (out, in); its forward does the transposing.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        def apply(layer, x):
            weight = layer.weight if layer.weight.shape[0] == x.shape[-1] else layer.weight.T
            return x @ weight + layer.bias

        return apply(self.linear_out, self.dropout(self.activation(apply(self.linear_in, x))))
