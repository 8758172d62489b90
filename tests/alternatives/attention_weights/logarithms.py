"""By logarithms: exp(s - logsumexp s), in float64 inside and cast back."""


def attention_weights(scores, mask=None):
    wide = scores.to(torch.float64)
    if mask is not None:
        empty = ~mask.any(dim=-1, keepdim=True)
        wide = wide.masked_fill(~mask & ~empty, -math.inf)
    weights = torch.exp(wide - torch.logsumexp(wide, dim=-1, keepdim=True))
    if mask is not None:
        weights = weights.masked_fill(empty, 0.0)
    return weights.to(scores.dtype)
