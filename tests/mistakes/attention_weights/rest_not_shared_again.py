"""Under a mask, your rows sum to less than 1: the mask seems to be applied after the softmax alone.

Masked keys must not take part in the softmax at all, so that the others share the whole 1.
"""

FUNDAMENTAL = "The weights of a query sum to 1, under a mask as well."


def attention_weights(scores, mask=None):
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights
