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
