"""A query that may attend to nothing gets the same weight everywhere, where it should get 0.

A finite fill such as -1e9 makes such a row's scores all alike. It is also overrun by scores below it.
Fill with -∞, and set the weights of masked keys to 0 after the softmax.
"""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    return F.softmax(scores, dim=-1)
