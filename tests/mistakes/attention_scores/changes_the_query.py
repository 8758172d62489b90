"""Your numbers are right, but the caller's query has changed after the call: `query /= …` works in place.

Write `query = query / …`, which makes a new tensor.
"""


def attention_scores(query, key):
    with torch.no_grad():
        query /= math.sqrt(query.shape[-1])
    return query @ key.transpose(-2, -1)
