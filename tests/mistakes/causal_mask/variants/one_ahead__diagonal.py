def causal_mask(length):
    i = torch.arange(length)
    return i[:, None] + 1 >= i
