def alignment(weights):
    return torch.amax(weights, dim=1).argmax(dim=-1)
