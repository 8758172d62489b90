"""Your alignment is a NumPy array. Stay with tensors: weights.mean(dim=1) and .argmax(dim=-1) are methods of a tensor, too."""


def alignment(weights):
    return np.argmax(weights.detach().numpy().mean(axis=1), axis=-1)
