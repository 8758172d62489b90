"""Your code gives the mask one more axis, so that it no longer lines up with the scores. Take it as it
comes.

The axis for heads is the next lesson's business.
"""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask.unsqueeze(1), -torch.inf)
    return torch.softmax(scores, dim=-1).nan_to_num(0.0)
