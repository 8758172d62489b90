"""Your weights are right, but the caller's mask has changed after the call: rows that allow nothing were
opened in it.

Work on a copy: `mask | empty` makes a new tensor, `mask |= empty` does not.
"""


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1)
    closed = ~mask
    empty = ~mask.any(dim=-1, keepdim=True)
    mask |= empty
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    return weights.masked_fill(closed, 0.0)
