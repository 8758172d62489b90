"""Every layer of your stacks gets the embedding instead of what the layer before it made, so that only the
last one counts. The output of one layer is the input of the next.
"""

FUNDAMENTAL = "Each layer reads what the one before it made."


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
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        embedded = self.position(self.source_embedding(source))
        for layer in self.encoder.layers:
            memory = layer(embedded, parts.padding_mask(source, self.pad_id))
        return memory

    def decode(self, target, memory, source):
        embedded = self.position(self.target_embedding(target))
        self_mask = parts.decoder_mask(target, self.pad_id)
        memory_mask = parts.padding_mask(source, self.pad_id)
        for layer in self.decoder.layers:
            hidden = layer(embedded, memory, self_mask, memory_mask)
        return self.head.logits(hidden)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
