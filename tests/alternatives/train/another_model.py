"""A model of its own: norms first, learned positions, tied weights, a bias in the output, weights of its
own.
"""

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 1, "dropout": 0.0}


class Transformer(nn.Module):
    def __init__(
        self,
        source_vocab,
        target_vocab,
        d_model,
        num_heads,
        d_ff,
        num_layers,
        max_length,
        dropout=0.0,
        pad_id=0,
    ):
        super().__init__()
        self.pad_id = pad_id
        self.read, self.write = nn.Embedding(source_vocab, d_model), nn.Embedding(target_vocab, d_model)
        self.places = nn.Parameter(torch.randn(2, max_length, d_model) / 4)
        sizes = {"d_model": d_model, "num_heads": num_heads, "d_ff": d_ff, "dropout": dropout}
        self.reader = parts.Encoder(num_layers, norm_first=True, activation="gelu", **sizes)
        self.writer = parts.Decoder(num_layers, norm_first=True, activation="gelu", **sizes)
        self.bias = nn.Parameter(torch.zeros(target_vocab))
        for table in (self.read, self.write):
            nn.init.normal_(table.weight, std=0.3)

    def encode(self, source):
        x = self.read(source) + self.places[0, : source.shape[1]]
        return self.reader(x, parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        x = self.write(target) + self.places[1, : target.shape[1]]
        masks = parts.decoder_mask(target, self.pad_id), parts.padding_mask(source, self.pad_id)
        return F.linear(self.writer(x, memory, *masks), self.write.weight, self.bias)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
