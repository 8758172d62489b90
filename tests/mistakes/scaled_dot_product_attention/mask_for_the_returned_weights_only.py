"""The weights that you return respect the mask, and the output does not: two different weights seem to be
in use.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key)
    return attention_weights(scores) @ value, attention_weights(scores, mask)
