"""Your weights are right, but the caller's scores have changed after the call: `masked_fill_` works in
place.

Without the underscore it makes a new tensor.
"""


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1)
    scores.data.masked_fill_(~mask, torch.finfo(scores.dtype).min)
    return torch.softmax(scores, dim=-1) * mask
