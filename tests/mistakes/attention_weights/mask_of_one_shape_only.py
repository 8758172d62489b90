"""Your code takes a mask only if it has as many dimensions as the scores: `mask.expand(…)` or indexing may
be why.

Broadcasting lines shapes up from the end by itself, in `masked_fill` and in `torch.where`.
"""


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1)
    if mask.shape != scores.shape:
        raise ValueError(f"the mask has shape {tuple(mask.shape)}, the scores have {tuple(scores.shape)}")
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    return torch.where(mask.any(dim=-1, keepdim=True), weights, 0.0)
