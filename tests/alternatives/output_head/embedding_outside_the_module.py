"""Keeps a reference to the embedding where the module does not see it, and a softmax module that has no weights."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self._given = (embedding,)
        self.softmax = nn.Softmax(dim=-1)
        self.proj = nn.Linear(in_features=d_model, out_features=vocab_size, bias=False)
        if self._given[0] is not None:
            self.proj.weight = self._given[0].weight

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("the temperature must be positive")
        return self.softmax(self.logits(hidden) / temperature)

    def logits(self, hidden):
        return self.proj(hidden)
