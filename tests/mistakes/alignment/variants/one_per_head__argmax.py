def alignment(weights):
    return torch.argmax(weights, dim=-1)
