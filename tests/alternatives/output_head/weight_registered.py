"""Registers the embedding's parameter in the place of the layer's own; without an embedding makes one of its own first."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        if embedding is None:
            embedding = nn.Embedding(vocab_size, d_model)
            nn.init.normal_(embedding.weight, std=d_model**-0.5)
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        del self.proj.weight
        self.proj.register_parameter("weight", embedding.weight)

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
