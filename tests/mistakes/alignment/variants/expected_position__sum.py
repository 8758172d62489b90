def alignment(weights):
    places = torch.arange(weights.shape[-1], dtype=weights.dtype)
    return (weights.mean(1) * places).sum(-1).round().long()
