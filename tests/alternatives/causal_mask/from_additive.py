"""Starts from PyTorch's additive mask, 0 where one may look and -inf elsewhere."""


def causal_mask(length):
    return nn.Transformer.generate_square_subsequent_mask(length).isfinite()
