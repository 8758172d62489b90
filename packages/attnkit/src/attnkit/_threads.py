"""Threads of computation: how many PyTorch uses, for as long as it matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with a single thread inside the ``with`` statement, or inside the function that this decorates.

    Small tensors are not worth sharing out: on a busy machine, threads mostly wait for each other.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
