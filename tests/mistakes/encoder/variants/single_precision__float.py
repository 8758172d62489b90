class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers <= 0:
            raise ValueError(f"{num_layers} layers are too few")
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(
                EncoderLayer(d_model, num_heads, d_ff, dropout=dropout, activation=activation, norm_first=norm_first)
            )
        if norm_first:
            self.final_norm = nn.LayerNorm(d_model)
        self.norm_first = norm_first

    def forward(self, x, mask=None):
        kind = x.dtype
        x = x.float().to(kind)
        for block in self.layers:
            x = block(x, mask)
        return self.final_norm(x) if self.norm_first else x
