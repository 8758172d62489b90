"""Einstein summation, and the scale as a power."""


def attention_scores(query, key):
    return torch.einsum("...qd,...kd->...qk", query, key) * query.shape[-1] ** -0.5
