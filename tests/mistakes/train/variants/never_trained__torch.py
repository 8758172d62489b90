import math

SIZES = {"d_model": 20, "num_heads": 2, "d_ff": 40, "num_layers": 1}


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.src, self.tgt = nn.Embedding(source_vocab, d_model), nn.Embedding(target_vocab, d_model)
        self.pos = parts.PositionalEncoding(d_model, max_length, dropout)
        reads = nn.TransformerEncoderLayer(d_model, num_heads, d_ff, dropout, batch_first=True)
        writes = nn.TransformerDecoderLayer(d_model, num_heads, d_ff, dropout, batch_first=True)
        self.enc = nn.TransformerEncoder(reads, num_layers, enable_nested_tensor=False)
        self.dec = nn.TransformerDecoder(writes, num_layers)
        self.out = nn.Linear(d_model, target_vocab)

    def encode(self, source):
        x = self.pos(self.src(source) * math.sqrt(self.d_model))
        return self.enc(x, src_key_padding_mask=source == self.pad_id)

    def decode(self, target, memory, source):
        n = target.shape[1]
        y = self.pos(self.tgt(target) * math.sqrt(self.d_model))
        y = self.dec(
            y,
            memory,
            tgt_mask=torch.ones(n, n, dtype=torch.bool).triu(1),
            tgt_key_padding_mask=target == self.pad_id,
            memory_key_padding_mask=source == self.pad_id,
        )
        return self.out(y)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
