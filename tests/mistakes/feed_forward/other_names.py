"""Your layers are there, but under other names. A state_dict can be exchanged between implementations only
if both call the layers linear_in and linear_out.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.fc1 = nn.Linear(d_model, d_ff)
        self.fc2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        return self.fc2(self.dropout(self.activation(self.fc1(x))))
