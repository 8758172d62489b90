"""Lesson 08: attention from one sequence to another (Vaswani et al. 2017, section 3.2.3)."""

from torch import Tensor
from torch.nn.functional import adaptive_avg_pool3d, adaptive_max_pool1d

from ._multi_head import MultiHeadAttention
from ._part import Part


class CrossAttention(Part):
    """Attention with queries from one sequence, and keys and values from another.

    Attribute: ``attention``, a ``MultiHeadAttention``.
    Raises ValueError when ``d_model`` is not divisible by ``num_heads``.
    Source: Vaswani et al. 2017, section 3.2.3, first use of attention; Bahdanau et al. 2014, "Neural Machine
    Translation by Jointly Learning to Align and Translate", section 3.1.
    """

    def __init__(self, d_model: int, num_heads: int) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)

    def forward(self, x: Tensor, memory: Tensor, memory_mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attend from ``x`` to ``memory`` and return the output and the weights of every head.

        Shapes: x ``(B, L_q, D)``, memory ``(B, L_k, D)``, memory_mask boolean and broadcastable to
        ``(B, L_q, L_k)``; returns ``(B, L_q, D)`` and ``(B, H, L_q, L_k)``.
        """
        output, weights = self.attention(query=x, key=memory, value=memory, mask=memory_mask)
        return output, weights


def alignment(weights: Tensor) -> Tensor:
    """For each target position, the source position that the heads together look at most.

    Shapes: weights ``(B, H, L_q, L_k)``; returns long ``(B, L_q)``.
    Source: Bahdanau et al. 2014, section 5.2.1, read off as the largest weight.
    """
    mean = adaptive_avg_pool3d(weights, (1, weights.shape[-2], weights.shape[-1]))
    _, position = adaptive_max_pool1d(mean.squeeze(1), 1, return_indices=True)
    return position.squeeze(-1)
