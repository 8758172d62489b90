"""Lesson 02: multi-head attention (Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2)."""

import torch
from torch import Tensor, nn
from torch.nn.functional import channel_shuffle, multi_head_attention_forward

from ._arguments import broadcast_mask, check_heads, check_sequences
from ._part import Part


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    """The features shared out among the heads: head h holds ``h*D/H`` to ``(h+1)*D/H - 1``.

    Shapes: x ``(B, L, D)``; returns ``(B, H, L, D/H)``.
    Raises ValueError when D is not divisible by ``num_heads``.
    Source: Vaswani et al. 2017, section 3.2.2.
    """
    check_heads(x.shape[-1], num_heads)
    batch, length, features = x.shape
    size = features // num_heads
    # Exchanging two axes is what shuffling channels between groups does.
    shuffled = channel_shuffle(x.reshape(batch, length * num_heads, size, 1), length)
    return shuffled.reshape(batch, num_heads, length, size)


def merge_heads(x: Tensor) -> Tensor:
    """The heads put side by side again, the inverse of ``split_heads``.

    Shapes: x ``(B, H, L, d)``; returns ``(B, L, H*d)``.
    Source: Vaswani et al. 2017, section 3.2.2 ("Concat").
    """
    batch, num_heads, length, size = x.shape
    shuffled = channel_shuffle(x.reshape(batch, num_heads * length, size, 1), num_heads)
    return shuffled.reshape(batch, length, num_heads * size)


class MultiHeadAttention(Part):
    """Attention in ``num_heads`` subspaces of the features at once.

    Attributes: ``query_proj``, ``key_proj``, ``value_proj``, ``out_proj``, each ``nn.Linear(D, D)``.
    Raises ValueError when ``d_model`` is not divisible by ``num_heads``.
    Source: Vaswani et al. 2017, section 3.2.2 and figure 2 (right).
    """

    def __init__(self, d_model: int, num_heads: int) -> None:
        super().__init__()
        check_heads(d_model, num_heads)
        self.num_heads = num_heads
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attend from ``query`` to ``key`` and return the output and the weights of every head.

        Shapes: query ``(B, L_q, D)``, key and value ``(B, L_k, D)``, mask boolean and broadcastable to
        ``(B, L_q, L_k)``, the same for every head; returns ``(B, L_q, D)`` and ``(B, H, L_q, L_k)``.
        A query that may attend to nothing has weights 0, and ``out_proj.bias`` as its output.
        Raises ValueError for a mask that is not boolean or does not broadcast, and where key and value are not as long
        as each other.
        """
        check_sequences(query, key, value)
        if mask is None:
            return self._attend(query, key, value, None)
        mask = broadcast_mask(mask, (query.shape[0], query.shape[1], key.shape[1]))
        # PyTorch gives NaN to a row that may attend to nothing: open such a row, then replace its results.
        lost = ~mask.any(dim=-1, keepdim=True)
        output, weights = self._attend(query, key, value, mask | lost)
        return torch.where(lost, self.out_proj.bias, output), weights.masked_fill(lost[:, None], 0.0)

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        projections = self.query_proj, self.key_proj, self.value_proj
        output, weights = multi_head_attention_forward(
            query.transpose(0, 1),
            key.transpose(0, 1),
            value.transpose(0, 1),
            embed_dim_to_check=self.out_proj.in_features,
            num_heads=self.num_heads,
            in_proj_weight=None,
            in_proj_bias=torch.cat([projection.bias for projection in projections]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=self.out_proj.weight,
            out_proj_bias=self.out_proj.bias,
            training=self.training,
            attn_mask=None if mask is None else ~mask.repeat_interleave(self.num_heads, dim=0),
            use_separate_proj_weight=True,
            q_proj_weight=self.query_proj.weight,
            k_proj_weight=self.key_proj.weight,
            v_proj_weight=self.value_proj.weight,
            need_weights=True,
            average_attn_weights=False,
        )
        assert weights is not None  # they were asked for
        return output.transpose(0, 1), weights
