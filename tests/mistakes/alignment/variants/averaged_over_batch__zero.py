def alignment(weights):
    return torch.mean(weights, 0).argmax(-1)
