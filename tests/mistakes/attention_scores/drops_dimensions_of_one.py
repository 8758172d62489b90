"""Your scores lose a dimension where its size is 1, with a single query for instance: `squeeze()` takes
all of those.

Leave the shape alone, or name the dimension that is to go.
"""


def attention_scores(query, key):
    return (query @ key.transpose(-2, -1)).squeeze() / math.sqrt(query.shape[-1])
