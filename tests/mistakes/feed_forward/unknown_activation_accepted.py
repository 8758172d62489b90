"""An activation that nobody knows is taken without complaint when the network is made, so a typing mistake
goes unnoticed there. Check the name in __init__, not in forward, and raise a ValueError that says what
there is.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
