def alignment(weights):
    return torch.squeeze(weights.sum(1).argmax(-1))
