"""Lesson 07: masks for the future and for padding (Vaswani et al. 2017, section 3.2.3)."""

import torch
from torch import Tensor, nn

from ._arguments import broadcast_mask
from ._multi_head import MultiHeadAttention
from ._part import Part


def causal_mask(length: int) -> Tensor:
    """Which position may attend to which when none may look ahead.

    Returns a boolean ``(L, L)``, True at and below the diagonal.
    Source: Vaswani et al. 2017, section 3.2.3.
    """
    return nn.Transformer.generate_square_subsequent_mask(length) == 0


def padding_mask(token_ids: Tensor, pad_id: int = 0) -> Tensor:
    """Which keys are tokens and no padding.

    Shapes: token_ids ``(B, L)``; returns a boolean ``(B, 1, L)``, the same for every query.
    Source: Vaswani et al. 2017, section 3.2.3, with the same kind of mask for padding.
    """
    return torch.isin(token_ids, pad_id, invert=True).unsqueeze(1)


def decoder_mask(token_ids: Tensor, pad_id: int = 0) -> Tensor:
    """Which position may attend to which in a decoder: not ahead, and to no padding.

    Shapes: token_ids ``(B, L)``; returns a boolean ``(B, L, L)``. Padded queries keep their rows.
    Source: Vaswani et al. 2017, section 3.2.3.
    """
    return padding_mask(token_ids, pad_id).expand(-1, token_ids.shape[1], -1).tril()


class MaskedSelfAttention(Part):
    """Self-attention in which no position sees a later one.

    Attribute: ``attention``, a ``MultiHeadAttention``.
    Raises ValueError when ``d_model`` is not divisible by ``num_heads``.
    Source: Vaswani et al. 2017, section 3.2.3, third use of attention.
    """

    def __init__(self, d_model: int, num_heads: int) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)

    def forward(self, x: Tensor, padding: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Shapes: x ``(B, L, D)``, padding boolean ``(B, 1, L)``; returns ``(B, L, D)``, ``(B, H, L, L)``."""
        keys = x.new_ones((), dtype=torch.bool) if padding is None else padding
        allowed = broadcast_mask(keys, (x.shape[0], x.shape[1], x.shape[1]))
        output, weights = self.attention(query=x, key=x, value=x, mask=allowed.tril())
        return output, weights
