"""Lesson 10: from features to probabilities (Vaswani et al. 2017, section 3.4)."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from ._arguments import check_temperature
from ._part import Part


class Linear(Part, nn.Linear):
    """A linear map of the last axis, ``x Wᵀ + b``.

    Parameters: ``weight (out, in)``, ``bias (out,)`` or None.
    Source: Vaswani et al. 2017, section 3.4.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__(in_features, out_features, bias)

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x ``(..., in)``; returns ``(..., out)``."""
        return super().forward(x)


def softmax(logits: np.ndarray, axis: int = -1, temperature: float = 1.0) -> np.ndarray:
    """The logits as probabilities along ``axis``, in NumPy; a higher temperature makes them more alike.

    Shapes: logits of any shape; returns the same shape. A logit of ``-inf`` has probability 0.
    Raises ValueError unless ``temperature`` is positive.
    Source: Goodfellow, Bengio and Courville 2016, "Deep Learning", section 4.1; temperature: Hinton et al.
    2015, "Distilling the Knowledge in a Neural Network", section 2, equation 1.
    """
    check_temperature(temperature)
    return torch.softmax(_tensor(logits).div(temperature), axis).numpy()


def log_softmax(logits: np.ndarray, axis: int = -1) -> np.ndarray:
    """The logarithms of the softmax along ``axis``, in NumPy, finite where the softmax itself underflows.

    Shapes: logits of any shape; returns the same shape. A logit of ``-inf`` stays ``-inf``.
    Source: Goodfellow, Bengio and Courville 2016, "Deep Learning", section 6.2.2.3.
    """
    return torch.log_softmax(_tensor(logits), axis).numpy()


def _tensor(array: np.ndarray) -> Tensor:
    """A copy of an array as a tensor of its own floating dtype, or of float64."""
    array = np.asarray(array)
    return torch.from_numpy(array.astype(np.result_type(array, np.float16)))


class OutputHead(Part):
    """From the last hidden states to probabilities over the vocabulary.

    Attribute: ``proj``, an ``nn.Linear(D, V)`` without bias, whose weight is ``embedding.weight``, the same
    parameter, when an ``nn.Embedding`` is given. Raises ValueError when that is not ``(V, D)``.
    Source: Vaswani et al. 2017, section 3.4; Press and Wolf 2016, "Using the Output Embedding to Improve
    Language Models", section 3.
    """

    def __init__(self, d_model: int, vocab_size: int, embedding: nn.Embedding | None = None) -> None:
        super().__init__()
        self.proj = nn.Linear(d_model, vocab_size, bias=False)
        if embedding is None:
            return
        if embedding.weight.shape != self.proj.weight.shape:
            raise ValueError(f"the embedding is {(*embedding.weight.shape,)}, not {(vocab_size, d_model)}")
        self.proj.requires_grad_(embedding.weight.requires_grad)
        self.proj.load_state_dict(embedding.state_dict(keep_vars=True), assign=True)

    def logits(self, hidden: Tensor) -> Tensor:
        """Shapes: hidden ``(B, L, D)``; returns ``(B, L, V)``."""
        logits: Tensor = self.proj(hidden)
        return logits

    def forward(self, hidden: Tensor, temperature: float = 1.0) -> Tensor:
        """The probabilities. Raises ValueError unless ``temperature`` is positive.

        Shapes: hidden ``(B, L, D)``; returns ``(B, L, V)``.
        """
        check_temperature(temperature)
        logits: Tensor = linear(hidden, self.proj.weight.div(temperature))
        return logits.softmax(dim=-1)
