"""What the components ask of their arguments."""

import torch
from torch import Tensor


def broadcast_mask(mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The boolean ``mask`` as a view of ``shape``, or a ValueError that says what is wrong with it."""
    if mask.dtype != torch.bool:
        raise ValueError(f"a mask is boolean, and True means 'may attend'; this one is {mask.dtype}")
    try:
        return mask.broadcast_to(shape)
    except RuntimeError:
        raise ValueError(f"a mask of shape {tuple(mask.shape)} does not broadcast to {tuple(shape)}") from None


def check_heads(d_model: int, num_heads: int) -> None:
    """Raise ValueError unless ``d_model`` features can be shared evenly among ``num_heads`` heads."""
    if num_heads < 1 or d_model % num_heads:
        raise ValueError(f"d_model ({d_model}) must be divisible by num_heads ({num_heads})")


def check_layers(num_layers: int) -> None:
    """Raise ValueError unless there is at least one layer."""
    if num_layers < 1:
        raise ValueError(f"num_layers must be at least 1, not {num_layers}")


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless ``temperature`` is positive."""
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")


def check_sequences(query: Tensor, key: Tensor, value: Tensor) -> None:
    """Raise ValueError, in the learner's own shapes, where PyTorch's message would show others."""
    for name, x in (("query", query), ("key", key), ("value", value)):
        if x is None:
            raise ValueError(f"{name} is None: attention needs a query, a key and a value")
    if key.shape[:2] != value.shape[:2]:
        shapes = f"{tuple(key.shape)} and {tuple(value.shape)}"
        raise ValueError(f"key and value have shapes {shapes}; both come from the same sequence")
