"""How sublayers are joined: by PyTorch's own ``nn.TransformerDecoderLayer``, with our parts in its places.

The order of the steps, and what an attention is handed, is PyTorch's and written only there.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from torch import Tensor, nn

Step = Callable[[Tensor], Tensor]
Sublayer = Callable[..., Tensor | tuple[Tensor, ...]]


def _pass_on(x: Tensor) -> Tensor:
    return x


def _add_nothing(*_: object, **__: object) -> tuple[float]:
    return (0.0,)


# The places of PyTorch's layer that may stay empty, by its own names, with what does nothing there.
EMPTY: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("self_attn", "multihead_attn"), _add_nothing),
    **dict.fromkeys(("activation", "dropout", "linear2"), _pass_on),
    **dict.fromkeys(("dropout1", "dropout2", "dropout3", "norm1", "norm2", "norm3"), _pass_on),
}


class Joined(nn.TransformerDecoderLayer):
    """PyTorch's layer around parts that belong to another module, for a single call of its ``forward``.

    ``linear1`` stands for the whole feed-forward network. Masks are handed on to the attentions as they are,
    so they keep the convention of our parts: True means "may attend".
    """

    def __init__(self, norm_first: bool, linear1: Step, **others: Callable[..., Any]) -> None:
        # Not the constructor of PyTorch's layer: at every call it would make weights that nobody uses.
        nn.Module.__init__(self)
        self.norm_first = norm_first
        # Plain attributes, since to register a module is to own it.
        vars(self).update(EMPTY | others, linear1=linear1)


def called_by_torch(attention: nn.Module) -> Callable[..., tuple[Tensor, Tensor]]:
    """``attention`` for a place of ``nn.MultiheadAttention``, which is called with arguments of other names."""

    def attend(query: Tensor, key: Tensor, value: Tensor, *, attn_mask: Tensor | None, **_: object) -> Any:
        return attention(query, key, value, attn_mask)

    return attend


def in_turn(x: Tensor, steps: Iterable[Step]) -> Tensor:
    """What comes out when every step works on what the one before it gave."""
    return reduce(lambda x, step: step(x), steps, x)


def first(result: Tensor | tuple[Tensor, ...]) -> Tensor:
    """The result of a sublayer, or its first item where the sublayer returns a tuple."""
    return result[0] if isinstance(result, tuple) else result
