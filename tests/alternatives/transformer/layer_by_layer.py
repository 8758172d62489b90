"""Keeps the layers itself, and makes sines, cosines and masks by hand."""


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
        if num_layers < 1:
            raise ValueError("num_layers must be at least 1")
        self.scale = d_model**0.5
        self.source_table = nn.Embedding(source_vocab, d_model)
        self.target_table = nn.Embedding(target_vocab, d_model)
        place = torch.arange(max_length)[:, None]
        angle = place / 10000 ** (torch.arange(0, d_model, 2) / d_model)
        waves = torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :d_model]
        self.register_buffer("waves", waves)
        self.dropout = nn.Dropout(dropout)
        self.reading, self.writing = nn.ModuleList(), nn.ModuleList()
        for _ in range(num_layers):
            self.reading.append(parts.EncoderLayer(d_model, num_heads, d_ff, dropout))
            self.writing.append(parts.DecoderLayer(d_model, num_heads, d_ff, dropout))
        self.output = nn.Linear(d_model, target_vocab)

    def encode(self, source):
        x = self.dropout(self.source_table(source) * self.scale + self.waves[: source.shape[1]])
        for layer in self.reading:
            x = layer(x, (source != self.pad_id)[:, None, :])
        return x

    def decode(self, target, memory, source):
        length = target.shape[1]
        x = self.dropout(self.target_table(target) * self.scale + self.waves[:length])
        past = torch.tril(torch.ones(length, length, dtype=torch.bool))
        seen = past & (target != self.pad_id).unsqueeze(1)
        for layer in self.writing:
            x = layer(x, memory, seen, (source != self.pad_id)[:, None, :].expand(-1, length, -1))
        return self.output(x)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
