"""Uses functions of torch.nn.functional, and inverts the check of the temperature."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.proj.weight = embedding.weight

    def logits(self, hidden):
        return F.linear(hidden, self.proj.weight)

    def forward(self, hidden, temperature=1.0):
        if not temperature > 0:
            raise ValueError(f"a temperature of {temperature} makes no sense")
        return F.softmax(self.logits(hidden).div(temperature), dim=2)
