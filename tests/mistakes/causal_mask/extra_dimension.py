"""Your mask has a batch dimension in front. The causal mask is the same for every sentence: leave it at (length, length), and broadcasting does the rest."""


def causal_mask(length):
    return torch.ones(1, length, length, dtype=torch.bool).tril()
