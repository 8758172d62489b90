"""Your proj.weight shares the numbers of the embedding's weight and is another parameter: each has a gradient of its own. Assign the parameter itself, not its .data and not a new nn.Parameter."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.proj.weight.data = embedding.weight.data

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
