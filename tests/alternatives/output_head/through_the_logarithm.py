"""The exponential of the log-softmax, of hidden states that are divided by the temperature before the projection."""


class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.proj.weight = embedding.weight

    def logits(self, hidden):
        return hidden @ self.proj.weight.T

    def forward(self, hidden, temperature=1.0):
        if temperature <= 0:
            raise ValueError("the temperature must be positive")
        return self.logits(hidden / temperature).log_softmax(-1).exp()
