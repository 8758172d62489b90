"""Your alignment is the centre of gravity of the weights, which can fall between two words that matter. It is asked for the position with the largest weight."""

FUNDAMENTAL = "It is the position of the largest weight that is asked for, not the mean position."


def alignment(weights):
    positions = torch.arange(weights.shape[-1], dtype=weights.dtype)
    return (weights.mean(dim=1) * positions).sum(dim=-1).round().long()
