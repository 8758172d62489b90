"""A loop over the rows, each a softmax over the allowed keys alone."""


def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=scores.dim() - 1)
    mask = mask.broadcast_to(scores.shape).reshape(-1, scores.shape[-1])
    flat = scores.reshape(-1, scores.shape[-1])
    rows = []
    for row, allowed in zip(flat, mask, strict=True):
        places = allowed.nonzero().squeeze(1)
        weights = torch.zeros_like(row)
        if len(places):
            weights = weights.index_copy(0, places, torch.softmax(row[places], dim=0))
        rows.append(weights)
    return torch.stack(rows).reshape(scores.shape)
