def alignment(weights):
    return torch.max(weights.mean(1), dim=-1)
