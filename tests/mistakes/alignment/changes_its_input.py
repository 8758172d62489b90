"""Your alignment changes the weights that it was given: the heads are summed up inside the first one, in place. Make a new tensor, with weights.mean(dim=1)."""


def alignment(weights):
    total = weights.detach()[:, 0]
    for head in range(1, weights.shape[1]):
        total += weights.detach()[:, head]
    return total.argmax(dim=-1)
