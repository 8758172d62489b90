"""Row by row, in tensors of the right dtype."""


def attention_scores(query, key):
    rows = []
    for i in range(query.shape[-2]):
        row = [(query[..., i, :] * key[..., j, :]).sum(-1) for j in range(key.shape[-2])]
        rows.append(torch.stack(row, dim=-1))
    return torch.stack(rows, dim=-2) / math.sqrt(query.shape[-1])
