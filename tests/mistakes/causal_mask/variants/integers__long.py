def causal_mask(length):
    return torch.ones(length, length).tril().long()
