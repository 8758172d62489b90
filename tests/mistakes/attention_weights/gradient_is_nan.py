"""Your weights are right, but the gradient is NaN where a query may attend to nothing.

Replacing NaN after the softmax comes too late: the gradient still runs through 0 / 0. Keep the scores
of such a row finite before the softmax.
"""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores + torch.zeros_like(mask, dtype=scores.dtype).masked_fill(~mask, -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    return torch.where(weights.isnan(), 0.0, weights)
