def causal_mask(length):
    return torch.zeros(length, length).masked_fill(torch.ones(length, length).triu(1) == 1, float("-inf"))
