"""The layers of your stacks are in an ordinary Python list, where PyTorch does not see them: they are in no
state_dict, and no optimizer will ever change them. Use nn.ModuleList, or parts.Encoder and parts.Decoder.
"""

FUNDAMENTAL = "Layers in a plain list are never learned nor saved."


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
        self.reading = [parts.EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers)]
        self.writing = [parts.DecoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers)]
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
