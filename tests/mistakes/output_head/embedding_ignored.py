"""Your head has a weight of its own although an embedding was given. Where there is one, proj.weight is the embedding's weight."""

FUNDAMENTAL = "The weight is that of the embedding."


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
