"""Your scores are positive and their rows sum to 1: the softmax is in them already.

It belongs to the next exercise; scores are plain numbers of any sign.
"""


def attention_scores(query, key):
    return torch.softmax(query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1]), dim=-1)
