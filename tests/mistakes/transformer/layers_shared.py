"""All layers of your encoder and decoder are one and the same layer, applied again and again: [layer] * N
repeats a reference. Make a new layer for each place.
"""

FUNDAMENTAL = "Each layer has weights of its own."


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
        reader = parts.EncoderLayer(d_model, num_heads, d_ff, dropout)
        self.reading = nn.ModuleList([reader] * num_layers)
        writer = parts.DecoderLayer(d_model, num_heads, d_ff, dropout)
        self.writing = nn.ModuleList([writer] * num_layers)
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        embedded = self.position(self.source_embedding(source))
        for layer in self.reading:
            embedded = layer(embedded, parts.padding_mask(source, self.pad_id))
        return embedded

    def decode(self, target, memory, source):
        embedded = self.position(self.target_embedding(target))
        self_mask = parts.decoder_mask(target, self.pad_id)
        memory_mask = parts.padding_mask(source, self.pad_id)
        for layer in self.writing:
            embedded = layer(embedded, memory, self_mask, memory_mask)
        return self.head.logits(embedded)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
