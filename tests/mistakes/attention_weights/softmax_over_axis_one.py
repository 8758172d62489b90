"""Your softmax runs over dimension 1, which is the keys only where there is no leading dimension.

Count from the end: the keys are dimension -1, whatever comes before.
"""

FUNDAMENTAL = "The softmax runs over the keys: in any batch it runs over something else here."


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=1)
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1).nan_to_num(0.0)
