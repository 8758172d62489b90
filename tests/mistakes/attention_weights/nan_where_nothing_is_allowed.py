"""Your weights are NaN for a query that may attend to nothing, and right elsewhere: a softmax of -∞ alone
is 0 / 0.

Put something finite in place of the scores of such a row before the softmax, and set its weights to 0
after it.
"""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return torch.softmax(scores, dim=-1)
