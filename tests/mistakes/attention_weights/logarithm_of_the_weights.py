"""Your weights are negative: they are the logarithms of the weights. `log_softmax` is another function
than `softmax`.
"""

FUNDAMENTAL = "Weights are not negative and sum to 1: logarithms do neither."


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.log_softmax(scores, dim=-1)
    weights = torch.log_softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    return weights.nan_to_num(0.0, neginf=0.0)
