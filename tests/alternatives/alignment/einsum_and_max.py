"""The mean by einsum, the position by max with a dim."""


def alignment(weights):
    mean = torch.einsum("bhqk->bqk", weights) / weights.shape[1]
    _, positions = torch.max(mean, dim=2)
    return positions
