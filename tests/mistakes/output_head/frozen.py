"""Your tied weight can no longer be trained: it is wrapped or marked so that it takes no gradient. Assign the embedding's parameter as it is."""

FUNDAMENTAL = "The tied weight is learned: here it never is."


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.proj.weight = embedding.weight
            self.proj.weight.requires_grad_(False)

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
