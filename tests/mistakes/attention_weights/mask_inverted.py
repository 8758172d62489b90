"""Your weights fall on just the keys that are masked. Here True means "may attend", so it is the False
keys that go.

`nn.MultiheadAttention` has the opposite convention, which is easy to carry over.
"""

FUNDAMENTAL = "The mask says where to look: inverted, it hides what should be seen."


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1)
    weights = torch.softmax(scores.masked_fill(mask, -torch.inf), dim=-1)
    return torch.nan_to_num(weights)
