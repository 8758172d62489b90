"""Your scores have a row for each key and a column for each query. It is the other way round: QKᵀ, not
KQᵀ.
"""

FUNDAMENTAL = "Rows are queries and columns are keys: exchanged, every map is read the wrong way."


def attention_scores(query, key):
    return key @ query.transpose(-2, -1) / math.sqrt(query.shape[-1])
