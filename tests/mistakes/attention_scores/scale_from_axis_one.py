"""Your scale takes the size of dimension 1, which is the features only where there is no leading
dimension.

Count dimensions from the end: `query.shape[-1]` is the features, whatever comes before.
"""


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(query.size(1))
