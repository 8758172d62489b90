def alignment(weights):
    return torch.argmax(weights.mean(1), dim=-1, keepdim=True)
