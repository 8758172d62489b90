def layer_norm(x, gamma, beta, eps=1e-5):
    return torch.softmax(x, -1) * gamma + beta
