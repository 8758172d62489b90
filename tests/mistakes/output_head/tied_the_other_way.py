"""Your head gives its own fresh weight to the embedding, and what the embedding had learned is lost. Assign in the other direction: self.proj.weight = embedding.weight."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            embedding.weight = self.proj.weight

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
