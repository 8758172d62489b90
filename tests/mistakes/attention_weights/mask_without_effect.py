"""The mask changes nothing in your weights. Is it used, and is the result kept?

`scores.masked_fill(…)` returns a new tensor and leaves `scores` as it was.
"""

FUNDAMENTAL = "The mask has to hide what it forbids."


def attention_weights(scores, mask=None):
    if mask is not None:
        scores.masked_fill(~mask, -torch.inf)
    return torch.softmax(scores, dim=-1)
