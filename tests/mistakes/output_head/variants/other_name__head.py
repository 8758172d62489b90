class OutputHead(nn.Module):
    def __init__(self, d_model, vocab_size, embedding=None):
        super().__init__()
        self.lm_head = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is not None:
            self.lm_head.weight = embedding.weight

    def logits(self, hidden):
        return self.lm_head(hidden)

    def forward(self, hidden, temperature=1.0):
        if not temperature > 0:
            raise ValueError("the temperature must be positive")
        return F.softmax(self.logits(hidden) / temperature, -1)
