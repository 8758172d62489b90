"""The layers appended one by one, called by index, all arguments by name."""


class Decoder(nn.Module):
    def __init__(
        self,
        num_layers: int,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        activation: str = "relu",
        norm_first: bool = False,
        cross_attention: bool = True,
    ):
        super().__init__()
        if not num_layers >= 1:
            raise ValueError("a decoder without layers is no decoder")
        self.final_norm = None
        if norm_first:
            self.final_norm = nn.LayerNorm(normalized_shape=d_model)
        self.layers = nn.ModuleList()
        while len(self.layers) < num_layers:
            self.layers.append(
                DecoderLayer(
                    d_model=d_model,
                    num_heads=num_heads,
                    d_ff=d_ff,
                    cross_attention=cross_attention,
                    norm_first=norm_first,
                    activation=activation,
                    dropout=dropout,
                )
            )

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        for number in range(len(self.layers)):
            x = self.layers[number].forward(x=x, memory=memory, self_mask=self_mask, memory_mask=memory_mask)
        if self.final_norm is not None:
            x = self.final_norm(x)
        return x
