"""Your weights are plain tensors, so the state_dict and the optimiser do not see them. Make them nn.Linear
layers, set as attributes in __init__ after super().__init__().
"""

FUNDAMENTAL = "Weights that are not registered are never trained."


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.layers = [nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)]
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        return self.layers[1](self.dropout(self.activation(self.layers[0](x))))
