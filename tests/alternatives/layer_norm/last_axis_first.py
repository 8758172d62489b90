"""Works on the transpose, so that the features come first."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    turned = x.movedim(-1, 0)
    turned = turned - turned.mean(0)
    turned = turned / torch.sqrt(turned.square().mean(0) + eps)
    return turned.movedim(0, -1) * gamma + beta
