# both: tanh_gelu dropout_on_the_result
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation == "relu":
            self.act = nn.ReLU()
        elif activation == "gelu":
            self.act = nn.GELU(approximate="tanh")
        else:
            raise ValueError("unknown activation")
        self.linear_in, self.linear_out = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, x):
        return self.dropout(self.linear_out(self.act(self.linear_in(x))))
