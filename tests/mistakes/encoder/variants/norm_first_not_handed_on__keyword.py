class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers <= 0:
            raise ValueError(f"{num_layers} layers are too few")
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(EncoderLayer(d_model, num_heads, d_ff, dropout=dropout, activation=activation))
        if norm_first:
            self.final_norm = nn.LayerNorm(d_model)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        for block in self.layers:
            x = block(x, mask=mask)
        if self.norm_first:
            x = self.final_norm(x)
        return x
