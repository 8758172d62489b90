"""Two modules, one for each side, that hold everything theirs, and norms on the embeddings."""


class Side(nn.Module):
    def __init__(self, vocab, d_model, max_length, dropout, stack):
        super().__init__()
        self.front = nn.Sequential(
            parts.TokenEmbedding(vocab, d_model),
            parts.PositionalEncoding(d_model, max_length),
            nn.LayerNorm(d_model),
            nn.Dropout(dropout),
        )
        self.stack = stack

    def forward(self, tokens, *given, **masks):
        return self.stack(self.front(tokens), *given, **masks)


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
        sizes = num_layers, d_model, num_heads, d_ff, dropout
        self.source = Side(source_vocab, d_model, max_length, dropout, parts.Encoder(*sizes))
        self.target = Side(target_vocab, d_model, max_length, dropout, parts.Decoder(*sizes))
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        return self.source(source, mask=self.real(source))

    def real(self, tokens):
        return torch.ne(tokens, self.pad_id)[:, None]

    def decode(self, target, memory, source):
        past = parts.causal_mask(target.shape[1])
        seen = self.real(target) & past
        hidden = self.target(target, memory, self_mask=seen, memory_mask=self.real(source))
        return self.head.logits(hidden)

    def forward(self, source, target):
        memory = self.encode(source)
        return self.decode(target=target, memory=memory, source=source)
