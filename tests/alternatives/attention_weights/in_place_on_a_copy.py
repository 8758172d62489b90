"""In place, but on a clone; the mask may also be given as numbers."""


def attention_weights(scores, mask=None):
    if mask is None:
        return nn.Softmax(dim=-1)(scores)
    mask = torch.broadcast_to(mask.bool(), scores.shape)
    weights = scores.clone()
    weights[~mask] = -torch.inf
    weights[~mask.any(dim=-1)] = 0.0
    weights = nn.Softmax(dim=-1)(weights)
    return torch.where(mask, weights, 0.0)
