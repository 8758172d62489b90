"""What the models share: random checkpoints, their names on show, and packages that may be missing."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from types import ModuleType

import torch
from torch import Tensor

from .._execution import unseen

INSTALL = 'pip install "attnkit[bert]"'


def needed(module: str, what: str) -> ModuleType:
    """The module, or a ModuleNotFoundError that says what it is for and how to get it."""
    # Nothing that is imported here may look for a model in the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise ModuleNotFoundError(
            f"{what} needs the package {error.name}. Install it with: {INSTALL}", name=error.name
        ) from None


def random_tensors(shapes: Mapping[str, tuple[int, ...]], prefix: str, seed: int) -> dict[str, Tensor]:
    """A random tensor for every name. Gains are around 1; matrices keep the size of what they map."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, shape in shapes.items():
        drawn = torch.randn(shape, generator=generator)
        if len(shape) == 2:
            drawn /= shape[1] ** 0.5
        elif is_gain(name):
            drawn = 1 + 0.2 * drawn
        tensors[prefix + name] = drawn
    return tensors


def is_gain(name: str) -> bool:
    """Whether a tensor is the gain of a norm, by its name."""
    module, _, kind = name.rpartition(".")
    return kind == "weight" and module.rpartition(".")[2].startswith(("LayerNorm", "ln_"))


def show(state: Mapping[str, Tensor]) -> None:
    """Print the names and shapes of a checkpoint."""
    if unseen():
        return
    width = max(len(name) for name in state)
    for name, tensor in state.items():
        print(f"{name:<{width}}  {tuple(tensor.shape)}")
