"""Your stacks have 4 heads, whatever num_heads says. It is the third argument of parts.Encoder and of
parts.Decoder.
"""


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
        self.source_embedding = parts.TokenEmbedding(source_vocab, d_model)
        self.target_embedding = parts.TokenEmbedding(target_vocab, d_model)
        self.position = parts.PositionalEncoding(d_model, max_length, dropout)
        self.encoder = parts.Encoder(num_layers, d_model, 4, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, 4, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        embedded = self.position(self.source_embedding(source))
        return self.encoder(embedded, parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        embedded = self.position(self.target_embedding(target))
        self_mask = parts.decoder_mask(target, self.pad_id)
        memory_mask = parts.padding_mask(source, self.pad_id)
        hidden = self.decoder(embedded, memory, self_mask=self_mask, memory_mask=memory_mask)
        return self.head.logits(hidden)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
