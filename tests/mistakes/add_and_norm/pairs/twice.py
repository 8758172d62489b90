# both: added_twice wrong_eps
class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = nn.LayerNorm(d_model, eps=1e-6)
        self.dropout = nn.Dropout(dropout)
        self.first = norm_first

    def forward(self, x, sublayer):
        if self.first:
            return x + x + self.dropout(sublayer(self.norm(x)))
        return self.norm(2 * x + self.dropout(sublayer(x)))
