"""The norm by NumPy, of the flattened gradient."""

import numpy as np
import torch


def gradient_at_input(layers, x, use_residual):
    leaf = torch.nn.Parameter(x.detach().clone())
    hidden = leaf
    for index in range(len(layers)):
        change = layers[index](hidden)
        hidden = change if not use_residual else hidden + change
    torch.sum(hidden).backward()
    return float(np.linalg.norm(leaf.grad.numpy().ravel()))
