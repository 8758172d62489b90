class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = nn.LayerNorm(d_model)
        self.norm_first = norm_first
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer):
        self.inner = sublayer
        if self.norm_first:
            return x + self.dropout(self.inner(self.norm(x)))
        return self.norm(x + self.dropout(self.inner(x)))
