"""A loop over the positions, and torch.stack."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    rows = []
    for row in x.reshape(-1, x.shape[-1]):
        centred = row - row.mean()
        rows.append(centred / ((centred @ centred) / len(row) + eps).sqrt())
    return torch.stack(rows).reshape(x.shape) * gamma + beta
