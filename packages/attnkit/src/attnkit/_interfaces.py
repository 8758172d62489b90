"""What the given functions ask of a learner's model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn


class Translator(Protocol):
    """The Transformer of lesson 11: an ``nn.Module`` that reads a source and writes a target."""

    pad_id: int

    def encode(self, source: Tensor) -> Tensor:
        """Shapes: source ``(B, L_s)``; returns the memory ``(B, L_s, D)``."""

    def decode(self, target: Tensor, memory: Tensor, source: Tensor) -> Tensor:
        """Shapes: target ``(B, L_t)``, memory ``(B, L_s, D)``, source ``(B, L_s)``; returns logits ``(B, L_t, V)``."""

    def modules(self) -> Iterator[nn.Module]:
        """The module itself and all inside it."""

    def eval(self) -> object:
        """Put it into evaluation mode."""


class Head(Protocol):
    """The ``OutputHead`` of lesson 10."""

    def logits(self, hidden: Tensor) -> Tensor:
        """Shapes: hidden ``(B, L, D)``; returns ``(B, L, V)``."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """The weights to learn."""


class Writer(Protocol):
    """The decoder-only model of lesson 11, which continues a text."""

    def next_token(self, tokens: Tensor, temperature: float) -> Tensor:
        """Shapes: tokens ``(B, L)``; returns the probabilities ``(B, V)`` of what comes next."""

    def eval(self) -> object:
        """Put it into evaluation mode."""
