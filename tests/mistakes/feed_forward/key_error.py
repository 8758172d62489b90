"""An unknown activation raises, but not a ValueError: a dictionary raises KeyError, an assert raises
AssertionError. Check the name first and raise ValueError with a message.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = {"relu": torch.relu, "gelu": F.gelu}[activation]

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
