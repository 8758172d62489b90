"""Your proj.weight is a copy of the embedding's: equal at first, and no longer after one step of training. Assign the parameter itself: self.proj.weight = embedding.weight."""

FUNDAMENTAL = "A tied weight is the same parameter: a copy goes its own way."


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            with torch.no_grad():
                self.proj.weight.copy_(embedding.weight)

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
