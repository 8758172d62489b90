"""Your alignment fails for weights that come straight from a layer: a tensor that requires gradients has no .numpy(). Stay with tensors, or detach first."""


def alignment(weights):
    return torch.from_numpy(weights.numpy().mean(axis=1).argmax(axis=-1))
