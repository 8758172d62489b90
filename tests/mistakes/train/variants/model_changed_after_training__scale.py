SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.source_embedding = parts.TokenEmbedding(source_vocab, d_model)
        self.target_embedding = parts.TokenEmbedding(target_vocab, d_model)
        self.position = parts.PositionalEncoding(d_model, max_length, dropout)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)
        self.pad_id = pad_id

    def encode(self, source):
        x = self.source_embedding.embedding(source)
        return self.encoder(self.position(x), parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        x = self.position(self.target_embedding.embedding(target))
        causal = parts.decoder_mask(target, self.pad_id)
        return self.head.logits(self.decoder(x, memory, causal, parts.padding_mask(source, self.pad_id)))

    def forward(self, source, target):
        memory = self.encode(source)
        return self.decode(target, memory, source)
