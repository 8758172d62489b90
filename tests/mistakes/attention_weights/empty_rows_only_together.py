"""A query that may attend to nothing gets NaN unless all of them may attend to nothing.

Ask the question row by row: `mask.any(dim=-1, keepdim=True)`.
"""


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-1)
    if not mask.any():
        return torch.zeros_like(scores)
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
