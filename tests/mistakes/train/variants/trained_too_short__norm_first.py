# also: hardly_trained
SIZES = {"d_model": 32, "num_heads": 4, "d_ff": 64, "num_layers": 1}


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.pad_id = pad_id
        self.embed_source = nn.Embedding(source_vocab, d_model)
        self.embed_target = nn.Embedding(target_vocab, d_model)
        self.place = nn.Parameter(0.1 * torch.randn(max_length, d_model))
        self.reader = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout, norm_first=True)
        self.writer = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout, norm_first=True)
        self.scores = nn.Linear(d_model, target_vocab)

    def encode(self, source):
        x = self.embed_source(source) + self.place[: source.shape[1]]
        return self.reader(x, parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        x = self.embed_target(target) + self.place[: target.shape[1]]
        hidden = self.writer(
            x, memory, parts.decoder_mask(target, self.pad_id), parts.padding_mask(source, self.pad_id)
        )
        return self.scores(hidden)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
