"""Your scores are d_k times too large: you multiply by √d_k where you should divide by it."""

FUNDAMENTAL = "Scores are divided by √d_k: multiplied by it, all of them are wrong."


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) * math.sqrt(query.shape[-1])
