"""Lessons 03 to 05: residual connection, layer normalization and the position-wise feed-forward network."""

from collections.abc import Iterable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.functional import layer_norm as fused_layer_norm

from ._part import Part
from ._wiring import Joined, Step, Sublayer, first, in_turn

ACTIVATIONS: dict[str, Step] = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu_tanh": partial(functional.gelu, approximate="tanh"),
}


class Residual(Part):
    """A connection around ``sublayer``: ``x + dropout(sublayer(x, ...))``.

    A sublayer that returns a tuple contributes its first item.
    Source: He et al. 2015, "Deep Residual Learning for Image Recognition", section 3.2, equation 1; dropout
    as in Vaswani et al. 2017, section 5.4.
    """

    def __init__(self, sublayer: Sublayer, dropout: float = 0.0) -> None:
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, *args: object, **kwargs: object) -> Tensor:
        """Shapes: x of any shape that the sublayer keeps; returns the same shape."""
        connection = Joined(
            norm_first=False, linear1=lambda x: first(self.sublayer(x, *args, **kwargs)), dropout3=self.dropout
        )
        return connection.forward(x, memory=x)


def gradient_at_input(layers: Iterable[Step], x: Tensor, use_residual: bool) -> float:
    """The L2 norm of the gradient of the sum of the output with respect to ``x``.

    The output is ``x`` passed through ``layers`` in turn, each with a skip connection around it when
    ``use_residual`` is true. No ``.grad`` is changed.
    Shapes: x of any shape with at least one axis, which every layer keeps.
    Source: He et al. 2016, "Identity Mappings in Deep Residual Networks", section 2, equation 5.
    """
    runs = [Residual(layer) if use_residual else layer for layer in layers]
    _, gradient = torch.autograd.functional.vjp(lambda x: in_turn(x, runs).sum(), x)
    return float(torch.linalg.vector_norm(gradient))


def layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    """Each vector brought to mean 0 and variance 1 over its features, then scaled and shifted.

    Shapes: x ``(..., D)``, gamma and beta ``(D,)``; returns ``(..., D)``.
    Source: Ba, Kiros and Hinton 2016, "Layer Normalization", section 3.
    """
    return fused_layer_norm(x, gamma.shape, gamma, beta, eps)


class LayerNorm(Part):
    """Layer normalization with its parameters ``gamma`` (ones) and ``beta`` (zeros).

    Source: Ba, Kiros and Hinton 2016, "Layer Normalization", section 3.
    """

    def __init__(self, d_model: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x ``(..., D)``; returns ``(..., D)``."""
        return fused_layer_norm(x, self.gamma.shape, self.gamma, self.beta, self.eps)


class AddAndNorm(Part):
    """A sublayer with its residual connection and its layer normalization, in either order.

    Attribute: ``norm``, an ``nn.LayerNorm``. A sublayer that returns a tuple contributes its first item.
    Source: Vaswani et al. 2017, section 3.1 (after); Xiong et al. 2020, "On Layer Normalization in the
    Transformer Architecture", figure 1 (before).
    """

    def __init__(self, d_model: int, dropout: float = 0.0, norm_first: bool = False) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(d_model)
        self.norm_first = norm_first
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, sublayer: Sublayer) -> Tensor:
        """Shapes: x ``(..., D)``, which ``sublayer`` keeps; returns ``(..., D)``."""
        layer = Joined(self.norm_first, linear1=lambda x: first(sublayer(x)), dropout3=self.dropout, norm3=self.norm)
        return layer.forward(x, memory=x)


def gelu(x: Tensor) -> Tensor:
    """The Gaussian error linear unit in its exact form, by the error function.

    Shapes: x of any shape; returns the same shape.
    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)", section 2.
    """
    return functional.gelu(x)


class FeedForward(Part):
    """The same small network at every position, from D features to F and back.

    Attributes: ``linear_in`` ``nn.Linear(D, F)``, ``linear_out`` ``nn.Linear(F, D)``. The activation is
    ``"relu"``, ``"gelu"`` or ``"gelu_tanh"`` (GPT-2's approximation); any other raises ValueError.
    Source: Vaswani et al. 2017, section 3.3, equation 2.
    """

    def __init__(self, d_model: int, d_ff: int, dropout: float = 0.0, activation: str = "relu") -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x ``(..., D)``; returns ``(..., D)``."""
        return in_turn(x, (self.linear_in, ACTIVATIONS[self.activation], self.dropout, self.linear_out))
