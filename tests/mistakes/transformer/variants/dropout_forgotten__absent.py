class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.head = parts.OutputHead(d_model, target_vocab)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff)
        self.embed_source = parts.TokenEmbedding(source_vocab, d_model)
        self.embed_target = parts.TokenEmbedding(target_vocab, d_model)
        self.positions = parts.PositionalEncoding(d_model, max_length)
        self.pad_id = pad_id

    def encode(self, source):
        seen = (source != self.pad_id).unsqueeze(1)
        return self.encoder(self.positions(self.embed_source(source)), mask=seen)

    def decode(self, target, memory, source):
        n = target.shape[1]
        self_mask = torch.ones(n, n, dtype=torch.bool).tril() & (target != self.pad_id).unsqueeze(1)
        memory_mask = (source != self.pad_id).unsqueeze(1)
        x = self.positions(self.embed_target(target))
        x = self.decoder(x, memory, self_mask, memory_mask)
        return self.head.logits(x)

    def forward(self, source, target):
        memory = self.encode(source)
        return self.decode(target, memory, source)
