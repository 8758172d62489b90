"""Your scores are float32 even where the inputs are float64: a tensor made by `torch.zeros(…)` is float32.

Give it the dtype of the query, or compute all scores in one product, which keeps the dtype by itself.
"""


def attention_scores(query, key):
    scores = torch.zeros(*query.shape[:-1], key.shape[-2])
    for i in range(query.shape[-2]):
        for j in range(key.shape[-2]):
            scores[..., i, j] = (query[..., i, :] * key[..., j, :]).sum(-1) / math.sqrt(query.shape[-1])
    return scores
