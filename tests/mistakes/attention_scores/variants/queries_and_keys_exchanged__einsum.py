def attention_scores(query, key):
    return torch.einsum("...qd,...kd->...kq", query, key) / query.shape[-1] ** 0.5
