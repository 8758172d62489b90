SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


class Transformer(nn.Module):
    def __init__(
        self, source_vocab, target_vocab, d_model, num_heads, d_ff, num_layers, max_length, dropout=0.0, pad_id=0
    ):
        super().__init__()
        self.pad_id = pad_id
        self.src_embed = parts.TokenEmbedding(source_vocab, d_model)
        self.tgt_embed = parts.TokenEmbedding(target_vocab, d_model)
        self.pos = parts.PositionalEncoding(d_model, max_length, dropout)
        self.encoder = parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.head = parts.OutputHead(d_model, target_vocab)

    def encode(self, source):
        return self.encoder(self.pos(self.src_embed(source)), parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        own, other = parts.decoder_mask(target, self.pad_id), parts.padding_mask(source, self.pad_id)
        return self.head.logits(self.decoder(self.pos(self.tgt_embed(target)), memory, own, other))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
