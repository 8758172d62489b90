class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(d_model)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if not self.norm_first:
            y = self.norm(x)
            return x + self.dropout(sublayer(y))
        return self.norm(self.dropout(sublayer(x)) + x)
