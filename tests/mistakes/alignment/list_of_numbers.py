"""Your alignment is a list of Python numbers. Return the tensor: leave out tolist."""


def alignment(weights):
    return weights.mean(dim=1).argmax(dim=-1).tolist()
