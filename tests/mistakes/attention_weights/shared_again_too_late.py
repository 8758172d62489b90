"""Your weights are right until a masked score is much larger than the allowed ones: then the row becomes 0
or NaN.

The softmax runs over all keys first, and leaves the allowed ones nothing to share. Mask the scores
before it.
"""


def attention_weights(scores, mask=None):
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
        weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-9)
    return weights
