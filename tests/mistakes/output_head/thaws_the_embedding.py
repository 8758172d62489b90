"""A frozen embedding can be trained after it was tied: the parameter is the same one, and so is its
requires_grad. Leave it as it was.
"""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.proj.weight = embedding.weight
            self.proj.requires_grad_(True)

    def logits(self, hidden):
        return self.proj(hidden)

    def forward(self, hidden, temperature=1.0):
        if not temperature > 0:
            raise ValueError("temperature must be above 0")
        return torch.softmax(self.logits(hidden) / temperature, dim=-1)
