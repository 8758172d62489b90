"""Your table of positions has as many cosines as sines, which an odd d_model has no room for: it fails for a
d_model of 9 with 3 heads. Cut the last column off, or use parts.PositionalEncoding.
"""

import math


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
        table = torch.zeros(max_length, d_model)
        place = torch.arange(max_length).unsqueeze(1)
        rate = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        table[:, 0::2] = torch.sin(place * rate)
        table[:, 1::2] = torch.cos(place * rate)
        self.register_buffer("table", table)
        self.dropout = nn.Dropout(dropout)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)

    def position(self, x):
        return self.dropout(x + self.table[: x.shape[1]])

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
