"""Your scores are right while they are small, and cut off where they are large.

A score may have any size: keeping the softmax stable is a matter of the next exercise, and loses
nothing there.
"""


def attention_scores(query, key):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    return scores.clamp(-50, 50)
