"""Lessons 06 and 09: encoder and decoder (Vaswani et al. 2017, section 3.1).

Norms are numbered in the order of the sublayers, as in PyTorch's own layers.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat, starmap
from typing import Any

from torch import Tensor, nn

from ._arguments import check_layers
from ._multi_head import MultiHeadAttention
from ._part import Part
from ._sublayers import FeedForward
from ._wiring import Joined, Step, called_by_torch, in_turn


class EncoderLayer(Part):
    """Self-attention and a feed-forward network, each with its residual connection and norm.

    Attributes: ``self_attention`` (``MultiHeadAttention``), ``feed_forward`` (``FeedForward``), ``norm1``
    and ``norm2`` (``nn.LayerNorm``). Raises ValueError for a number of heads that does not divide
    ``d_model`` and for an unknown activation.
    Source: Vaswani et al. 2017, section 3.1; with ``norm_first`` Xiong et al. 2020, "On Layer Normalization
    in the Transformer Architecture", section 3.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        activation: str = "relu",
        norm_first: bool = False,
    ) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff, dropout, activation)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Shapes: x ``(B, L, D)``, mask boolean, broadcastable to ``(B, L, L)``; returns ``(B, L, D)``."""
        layer = Joined(
            self.norm_first,
            self_attn=called_by_torch(self.self_attention),
            dropout1=self.dropout,
            norm1=self.norm1,
            linear1=self.feed_forward,
            dropout3=self.dropout,
            norm3=self.norm2,
        )
        return layer.forward(x, memory=x, tgt_mask=mask)


class Encoder(Part):
    """``num_layers`` encoder layers, each with weights of its own.

    Attributes: ``layers`` (``nn.ModuleList``); ``final_norm`` (``nn.LayerNorm``) when ``norm_first``, else
    None. Raises ValueError when ``num_layers`` is less than 1, and as ``EncoderLayer`` does.
    Source: Vaswani et al. 2017, section 3.1; final norm: Xiong et al. 2020, section 3.
    """

    def __init__(
        self,
        num_layers: int,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        activation: str = "relu",
        norm_first: bool = False,
    ) -> None:
        super().__init__()
        check_layers(num_layers)
        settings = d_model, num_heads, d_ff, dropout, activation, norm_first
        self.layers = nn.ModuleList(starmap(EncoderLayer, repeat(settings, num_layers)))
        self.final_norm = nn.LayerNorm(d_model) if norm_first else None

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Shapes: x ``(B, L, D)``, mask boolean, broadcastable to ``(B, L, L)``; returns ``(B, L, D)``."""
        return _stacked(x, [partial(layer, mask=mask) for layer in self.layers], self.final_norm)


class DecoderLayer(Part):
    """Self-attention, cross-attention and a feed-forward network, each with its residual and norm.

    Attributes: ``self_attention``, ``cross_attention`` (``MultiHeadAttention``; None in a decoder-only
    layer), ``feed_forward``, ``norm1``, ``norm2`` and, with cross-attention, ``norm3`` (``nn.LayerNorm``).
    Raises ValueError as ``EncoderLayer`` does, and when cross-attention is called without memory.
    Source: Vaswani et al. 2017, section 3.1; decoder-only: Radford et al. 2018, "Improving Language
    Understanding by Generative Pre-Training", section 3.1.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        activation: str = "relu",
        norm_first: bool = False,
        cross_attention: bool = True,
    ) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads)
        self.cross_attention = MultiHeadAttention(d_model, num_heads) if cross_attention else None
        self.feed_forward = FeedForward(d_model, d_ff, dropout, activation)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        if cross_attention:
            self.norm3 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        self_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        """One layer of decoding. No mask given means no mask: the caller brings the causal one.

        Shapes: x ``(B, L_q, D)``, memory ``(B, L_k, D)``, self_mask boolean and broadcastable to
        ``(B, L_q, L_q)``, memory_mask to ``(B, L_q, L_k)``; returns ``(B, L_q, D)``.
        """
        across: dict[str, Callable[..., Any]] = {"norm3": self.norm2}
        if self.cross_attention is not None:
            if memory is None:
                raise ValueError("a decoder layer with cross-attention needs memory")
            across = {
                "multihead_attn": called_by_torch(self.cross_attention),
                "dropout2": self.dropout,
                "norm2": self.norm2,
                "norm3": self.norm3,
            }
        layer = Joined(
            self.norm_first,
            self_attn=called_by_torch(self.self_attention),
            dropout1=self.dropout,
            norm1=self.norm1,
            linear1=self.feed_forward,
            dropout3=self.dropout,
            **across,
        )
        return layer.forward(x, x if memory is None else memory, tgt_mask=self_mask, memory_mask=memory_mask)


class Decoder(Part):
    """``num_layers`` decoder layers, each with weights of its own.

    Attributes: ``layers`` (``nn.ModuleList``); ``final_norm`` (``nn.LayerNorm``) when ``norm_first``, else
    None. Raises ValueError when ``num_layers`` is less than 1, and as ``DecoderLayer`` does.
    Source: Vaswani et al. 2017, section 3.1; final norm: Radford et al. 2019, "Language Models are
    Unsupervised Multitask Learners", section 2.3.
    """

    def __init__(
        self,
        num_layers: int,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        activation: str = "relu",
        norm_first: bool = False,
        cross_attention: bool = True,
    ) -> None:
        super().__init__()
        check_layers(num_layers)
        settings = d_model, num_heads, d_ff, dropout, activation, norm_first, cross_attention
        self.layers = nn.ModuleList(starmap(DecoderLayer, repeat(settings, num_layers)))
        self.final_norm = nn.LayerNorm(d_model) if norm_first else None

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        self_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        """All layers, each with the same memory and masks. No mask given means no mask.

        Shapes: x ``(B, L_q, D)``, memory ``(B, L_k, D)``, self_mask boolean and broadcastable to
        ``(B, L_q, L_q)``, memory_mask to ``(B, L_q, L_k)``; returns ``(B, L_q, D)``.
        """
        given = {"memory": memory, "self_mask": self_mask, "memory_mask": memory_mask}
        return _stacked(x, [partial(layer, **given) for layer in self.layers], self.final_norm)


def _stacked(x: Tensor, layers: Sequence[Step], final_norm: nn.LayerNorm | None) -> Tensor:
    return in_turn(x, layers if final_norm is None else [*layers, final_norm])
