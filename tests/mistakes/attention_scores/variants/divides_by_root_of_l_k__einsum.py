def attention_scores(query, key):
    return torch.einsum("...qd,...kd->...qk", query, key) / key.size(-2) ** 0.5
