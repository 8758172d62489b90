SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


def places(length, d_model):
    rates = 10000 ** (-torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(length)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.source_embedding = parts.TokenEmbedding(source_vocab, d_model)
        self.target_embedding = parts.TokenEmbedding(target_vocab, d_model)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)

    def embed(self, table, tokens):
        return table(tokens) + places(tokens.shape[1], self.d_model)

    def encode(self, source):
        return self.encoder(self.embed(self.source_embedding, source), (source != self.pad_id)[:, None, :])

    def decode(self, target, memory, source):
        n = target.shape[1]
        seen = torch.tril(torch.ones(n, n)).bool() & (target != self.pad_id)[:, None, :]
        hidden = self.decoder(self.embed(self.target_embedding, target), memory, seen, (source != self.pad_id)[:, None])
        return self.head.logits(hidden)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
