"""How sublayers are joined, by PyTorch's own layers.

The functions here run methods of ``nn.TransformerDecoderLayer`` and ``nn.TransformerDecoder`` on a stand-in
that holds our modules in the places of theirs, so the order of the steps is PyTorch's and written only there.
"""

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace

from torch import Tensor, nn

Sublayer = Callable[[Tensor], Tensor]
NO_STEP = (nn.Identity(), lambda x: 0.0)


def first(result: Tensor | tuple) -> Tensor:
    """The result of a sublayer, or its first item where the sublayer returns a tuple."""
    return result[0] if isinstance(result, tuple) else result


def chain(x: Tensor, steps: Sequence[tuple[nn.Module, Sublayer]], norm_first: bool) -> Tensor:
    """Run up to three sublayers, each with its norm, each with a connection around it."""
    (norm1, run1), (norm2, run2), (norm3, run3) = [*steps, NO_STEP, NO_STEP][:3]
    layer = SimpleNamespace(
        norm_first=norm_first,
        norm1=norm1,
        norm2=norm2,
        norm3=norm3,
        _sa_block=lambda x, *_: run1(x),
        _mha_block=lambda x, *_: run2(x),
        _ff_block=run3,
    )
    return nn.TransformerDecoderLayer.forward(layer, x, None)


def attend(attention: nn.Module, x: Tensor, memory: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """What ``attention`` gives from ``x`` to ``memory``: the output and the weights."""
    layer = SimpleNamespace(
        multihead_attn=lambda *tensors, attn_mask, **_: (attention(*tensors, attn_mask),),
        dropout2=nn.Identity(),
    )
    return nn.TransformerDecoderLayer._mha_block(layer, x, memory, mask, None)


def transform(
    x: Tensor, linear_in: nn.Module, activation: Callable, dropout: nn.Module, linear_out: nn.Module
) -> Tensor:
    """The position-wise network made of the four."""
    layer = SimpleNamespace(
        linear1=linear_in, activation=activation, dropout=dropout, linear2=linear_out, dropout3=nn.Identity()
    )
    return nn.TransformerDecoderLayer._ff_block(layer, x)


class _Layer:
    """A layer as ``nn.TransformerDecoder`` calls it: what else it is given there goes unused."""

    self_attn = SimpleNamespace(batch_first=False)

    def __init__(self, run: Sublayer) -> None:
        self.run = run

    def __call__(self, x: Tensor, *_: object, **__: object) -> Tensor:
        return self.run(x)


def stack(x: Tensor, layers: Iterable[Sublayer], norm: nn.Module | None = None) -> Tensor:
    """Run the layers, and a last norm where there is one."""
    whole = SimpleNamespace(layers=[_Layer(run) for run in layers], norm=norm)
    return nn.TransformerDecoder.forward(whole, x, None)
