"""Embeds by a linear map of one-hot vectors; the head is a bare matrix, positions are learned."""


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
        self.vocabularies = source_vocab, target_vocab
        self.embed_source = nn.Linear(source_vocab, d_model, bias=False)
        self.embed_target = nn.Linear(target_vocab, d_model, bias=False)
        self.source_places = nn.Parameter(torch.randn(max_length, d_model))
        self.target_places = nn.Parameter(torch.randn(1, max_length, d_model))
        self.stacks = nn.ModuleDict(
            {
                "encoder": parts.Encoder(num_layers, d_model, num_heads, d_ff, dropout),
                "decoder": parts.Decoder(num_layers, d_model, num_heads, d_ff, dropout),
            }
        )
        self.vocabulary = nn.Parameter(torch.randn(d_model, target_vocab) / d_model**0.5)

    def encode(self, source):
        one_hot = F.one_hot(source, self.vocabularies[0]).to(self.vocabulary.dtype)
        x = self.embed_source(one_hot) + self.source_places[: source.shape[-1]]
        return self.stacks["encoder"](x, parts.padding_mask(source, self.pad_id))

    def decode(self, target, memory, source):
        one_hot = F.one_hot(target, self.vocabularies[1]).to(self.vocabulary.dtype)
        x = self.embed_target(one_hot) + self.target_places[:, : target.shape[-1]]
        x = self.stacks["decoder"](
            x,
            memory_mask=parts.padding_mask(source, self.pad_id),
            self_mask=parts.decoder_mask(target, self.pad_id),
            memory=memory,
        )
        return torch.einsum("bld,dv->blv", x, self.vocabulary)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
