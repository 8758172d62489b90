def causal_mask(length):
    return torch.ones(length, length).triu(1) * -1e9
