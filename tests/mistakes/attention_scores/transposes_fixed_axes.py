"""Your code works with one leading dimension only: `transpose(1, 2)` counts from the front.

Count from the end, `transpose(-2, -1)`, and it works for any number of leading dimensions.
"""

FUNDAMENTAL = "Scores are asked for with any leading dimensions: here they are right for a single one only."


def attention_scores(query, key):
    return torch.matmul(query, key.transpose(1, 2)) / math.sqrt(query.shape[-1])
