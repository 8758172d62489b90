class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = nn.BatchNorm1d(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def _normalise(self, x):
        return self.norm(x.reshape(-1, x.shape[-1])).reshape(x.shape)

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.dropout(sublayer(self._normalise(x)))
        return self._normalise(x + self.dropout(sublayer(x)))
