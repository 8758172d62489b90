"""What a torch module holds, told by names and shapes: no value travels."""

from __future__ import annotations

from typing import Any

import torch

from nbjudge.conversation.common import wire


def listed(module: Any) -> dict[str, wire.Json]:
    """For every name of the state_dict: the shape, whether it is a parameter, whether it learns, its first name.

    The first name is another one where two names stand for one and the same tensor.
    """
    found: dict[str, wire.Json] = {}
    first: dict[int, str] = {}
    for name, value in module.state_dict(keep_vars=True).items():
        if isinstance(value, torch.Tensor):
            parameter, own = isinstance(value, torch.nn.Parameter), first.setdefault(id(value), name)
            found[name] = [list(value.shape), parameter, value.requires_grad, own]
    return found
