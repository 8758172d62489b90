class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = nn.LayerNorm(d_model)
        self.drop = nn.Dropout(dropout)
        self.pre = norm_first

    def forward(self, x, sublayer):
        if self.pre:
            return self.drop(x + sublayer(self.norm(x)))
        return self.norm(self.drop(x + sublayer(x)))
