"""Pre-norm, positions that are learned, and an output that shares its weights with the embedding."""


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
        self.read = nn.Embedding(source_vocab, d_model, padding_idx=pad_id)
        self.write = nn.Embedding(target_vocab, d_model, padding_idx=pad_id)
        self.places = nn.Embedding(max_length, d_model)
        sizes = {"d_model": d_model, "num_heads": num_heads, "d_ff": d_ff, "dropout": dropout}
        self.reader = parts.Encoder(num_layers, norm_first=True, activation="gelu", **sizes)
        self.writer = parts.Decoder(num_layers, norm_first=True, activation="gelu", **sizes)
        self.head = parts.OutputHead(d_model, target_vocab, embedding=self.write)
        self.drop = nn.Dropout(dropout)

    def embed(self, table, tokens):
        return self.drop(table(tokens) + self.places(torch.arange(tokens.size(1), device=tokens.device)))

    def encode(self, source):
        return self.reader(self.embed(self.read, source), mask=parts.padding_mask(source, pad_id=self.pad_id))

    def decode(self, target, memory, source):
        x = self.embed(self.write, target)
        masks = parts.decoder_mask(target, self.pad_id), parts.padding_mask(source, self.pad_id)
        return self.head.proj(self.writer(x, memory, *masks))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
