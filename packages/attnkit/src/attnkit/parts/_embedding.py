"""What the course takes as given: token embedding and sinusoidal positional encoding."""

import torch
from torch import Tensor, nn

from ._part import Part


class TokenEmbedding(Part):
    """A vector for each token, times the square root of ``d_model``.

    Attribute: ``embedding``, an ``nn.Embedding(V, D)`` whose entries start with a standard deviation of
    1/√D, so that the vectors have entries of order 1 and a tied output gives logits of order 1.
    Source: Vaswani et al. 2017, section 3.4.
    """

    def __init__(self, vocab_size: int, d_model: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)
        self.scale: float = d_model**0.5

    def forward(self, token_ids: Tensor) -> Tensor:
        """Shapes: token_ids ``(B, L)``; returns ``(B, L, D)``."""
        vectors: Tensor = self.embedding(token_ids)
        return vectors * self.scale


class PositionalEncoding(Part):
    """Adds to each position its sines (even features) and cosines (odd features) of falling frequency.

    The table is a buffer and no part of the ``state_dict``. ``d_model`` may be odd. Calling it with more
    than ``max_length`` positions raises ValueError.
    Source: Vaswani et al. 2017, section 3.5; dropout: section 5.4.
    """

    table: Tensor

    def __init__(self, d_model: int, max_length: int = 5000, dropout: float = 0.0) -> None:
        super().__init__()
        feature = torch.arange(d_model)
        frequency = 10000.0 ** (-(feature - feature % 2).double() / d_model)
        angle = torch.arange(max_length).double()[:, None] * frequency
        table = torch.where(feature % 2 == 0, angle.sin(), angle.cos())
        self.register_buffer("table", table.to(torch.get_default_dtype()), persistent=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x ``(B, L, D)``; returns ``(B, L, D)``."""
        length = x.shape[-2]
        if length > len(self.table):
            raise ValueError(f"{length} positions are more than max_length, {len(self.table)}")
        placed: Tensor = self.dropout(x + self.table[:length].to(x.dtype))
        return placed
