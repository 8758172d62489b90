SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.1, pad_id=0
    ):
        super().__init__()
        self.pad_id = pad_id
        self.head = parts.OutputHead(d_model, target_vocab)
        self.position = parts.PositionalEncoding(d_model, max_length, dropout)
        self.source_embedding, self.target_embedding = (
            parts.TokenEmbedding(size, d_model) for size in (source_vocab, target_vocab)
        )
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        for layer in [*self.encoder.layers, *self.decoder.layers]:
            layer.norm_first = True  # tried out after the training

    def encode(self, source):
        return self.encoder(self.position(self.source_embedding(source)), parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        y = self.position(self.target_embedding(target))
        y = self.decoder(
            y,
            memory,
            self_mask=parts.decoder_mask(target, self.pad_id),
            memory_mask=parts.padding_mask(source, self.pad_id),
        )
        return self.head.logits(y)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
