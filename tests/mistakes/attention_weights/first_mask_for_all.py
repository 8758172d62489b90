"""Every batch row gets the mask of the first one. Let the mask broadcast by itself, whatever its shape."""


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1)
    while mask.dim() > 2:
        mask = mask[0]
    empty = ~mask.any(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(~(mask | empty), -torch.inf), dim=-1)
    return weights.masked_fill(~mask, 0.0)
