"""Built of PyTorch's own layers, in modules of modules; the weights are the reference's, under their names there."""

import math

SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}


class Side(nn.Module):
    def __init__(self, vocab, d_model, stack):
        super().__init__()
        self.table, self.stack = nn.Embedding(vocab, d_model), stack

    def forward(self, tokens, *memory, **masks):
        d_model = self.table.embedding_dim
        places = torch.arange(tokens.shape[1])[:, None]
        rates = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        waves = torch.stack([(places * rates).sin(), (places * rates).cos()], dim=-1).flatten(1)
        return self.stack(self.table(tokens) * math.sqrt(d_model) + waves, *memory, **masks)


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
        settings = {"dropout": dropout, "batch_first": True}
        reads = nn.TransformerEncoderLayer(d_model, num_heads, d_ff, **settings)
        writes = nn.TransformerDecoderLayer(d_model, num_heads, d_ff, **settings)
        encoder = nn.TransformerEncoder(reads, num_layers, enable_nested_tensor=False)
        self.reading = Side(source_vocab, d_model, encoder)
        self.writing = Side(target_vocab, d_model, nn.TransformerDecoder(writes, num_layers))
        self.scores = nn.Linear(d_model, target_vocab, bias=False)

    def encode(self, source):
        return self.reading(source, src_key_padding_mask=source == self.pad_id)

    def decode(self, target, memory, source):
        length = target.shape[1]
        masks = {
            "tgt_mask": torch.ones(length, length, dtype=torch.bool).triu(1),
            "tgt_key_padding_mask": target == self.pad_id,
            "memory_key_padding_mask": source == self.pad_id,
        }
        return self.scores(self.writing(target, memory, **masks))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
