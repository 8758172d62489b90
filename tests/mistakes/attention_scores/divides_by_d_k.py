"""You divide by d_k; the scores are divided by its square root, so that their variance becomes 1, not 1 /
d_k.
"""

FUNDAMENTAL = "The divisor is √d_k: with d_k all scores are wrong."


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) / query.shape[-1]
