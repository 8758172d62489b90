"""Your head remembers the temperature of a call, and later logits are still divided by it. It is for one call: keep it out of logits."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.proj.weight = embedding.weight

        self.temperature = 1.0

    def logits(self, hidden):
        return self.proj(hidden) / self.temperature

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        self.temperature = temperature
        return torch.softmax(self.logits(hidden), dim=-1)
