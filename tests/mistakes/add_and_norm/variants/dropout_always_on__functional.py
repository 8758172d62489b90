class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.p = dropout
        self.norm = nn.LayerNorm(d_model)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        def drop(t):
            return nn.functional.dropout(t, p=self.p)

        if self.norm_first:
            return x + drop(sublayer(self.norm(x)))
        return self.norm(x + drop(sublayer(x)))
