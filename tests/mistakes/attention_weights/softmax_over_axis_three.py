"""Your softmax runs over dimension 3, which exists only with two leading dimensions. The keys are
dimension -1.
"""

FUNDAMENTAL = "Without two leading dimensions there is no axis 3: every other call ends in an error."


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=3)
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=3).nan_to_num(0.0)
