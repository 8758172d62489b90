def causal_mask(length):
    return torch.eye(length).bool()
