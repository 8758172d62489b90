"""Lesson 11: reading a translation out of a model (Vaswani et al. 2017, section 3, "auto-regressive")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from .._interfaces import Translator


@torch.no_grad()
def greedy_decode(model: Translator, source: Tensor, start_id: int, end_id: int, max_length: int) -> Tensor:
    """The translation that takes the likeliest token at every step.

    Shapes: source ``(B, L_s)``; returns long ``(B, T)`` with ``T <= max_length``, whose first column is
    ``start_id``. A row keeps its ``end_id``, then has ``model.pad_id``. The model needs ``encode``,
    ``decode`` and ``pad_id``; it runs in evaluation mode without gradients and has its mode back afterwards.
    Raises ValueError when ``max_length`` is less than 1.
    Source: Vaswani et al. 2017, section 3; the way taken here is the Jacobi decoding of Santilli et al. 2023,
    "Accelerating Transformer Inference for Translation via Parallel Decoding".
    """
    if max_length < 1:
        raise ValueError(f"max_length must be at least 1, not {max_length}")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        return _settle(model, source, start_id, end_id, max_length)
    finally:
        for module, mode in modes:
            module.training = mode


def _settle(model: Translator, source: Tensor, start_id: int, end_id: int, max_length: int) -> Tensor:
    """Guess the whole translation and let the model correct it until it agrees.

    The model is causal, so each round settles at least one more column for good.
    """
    memory = model.encode(source)
    guess = source.new_full((len(source), max_length), model.pad_id, dtype=torch.long)
    guess[:, 0] = start_id
    for _ in range(max_length - 1):
        tokens = model.decode(guess[:, :-1], memory, source).argmax(dim=-1)
        ends = tokens == end_id
        tokens[ends.cumsum(dim=1) > ends.long()] = model.pad_id
        if torch.equal(tokens, guess[:, 1:]):
            break
        guess = torch.cat([guess[:, :1], tokens], dim=1)
    running = (guess[:, 1:] == end_id).cumsum(dim=1) == 0
    return guess[:, : min(max_length, int(running.sum(dim=1).max()) + 2)]
