def alignment(weights):
    return torch.argmax(weights.select(1, -1), -1)
