def gelu(x):
    inner = (2 / math.pi) ** 0.5 * (x + 0.044715 * torch.pow(x, 3))
    return x * (1 + torch.tanh(inner)) / 2
