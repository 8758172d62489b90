"""Lesson 01: scaled dot-product attention (Vaswani et al. 2017, "Attention Is All You Need", 3.2.1)."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear, normalize
from torch.nn.functional import scaled_dot_product_attention as fused_attention

from ._arguments import broadcast_mask


def soft_lookup(query: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """One query looked up softly among n key-value pairs, in NumPy.

    Shapes: query ``(d,)``, keys ``(n, d)``, values ``(n, d_v)``; returns ``(d_v,)``, the mean of the values
    weighted by the softmax of the scaled dot products of the query with the keys.
    Source: Vaswani et al. 2017, section 3.2.1, equation 1, for a single query.
    """
    arrays = [np.asarray(array) for array in (query, keys, values)]
    dtype = np.result_type(*arrays, np.float16)
    asked, among, giving = (torch.from_numpy(array.astype(dtype)) for array in arrays)
    return fused_attention(asked[None], among, giving)[0].numpy()


def attention_scores(query: Tensor, key: Tensor) -> Tensor:
    """How well each query agrees with each key: their dot product over the square root of d_k.

    Shapes: query ``(..., L_q, d_k)``, key ``(..., L_k, d_k)``; returns ``(..., L_q, L_k)``.
    Raises ValueError when queries and keys have different numbers of features.
    Source: Vaswani et al. 2017, section 3.2.1, equation 1, the argument of the softmax.
    """
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(f"queries have {query.shape[-1]} features, keys have {key.shape[-1]}")
    lead = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2])
    # What every key asks of a query is a row of a weight matrix, one matrix for each leading index.
    unit = normalize(query.new_ones(query.shape[-1]), dim=0)
    groups = [x.expand(*lead, *x.shape[-2:]).reshape(-1, *x.shape[-2:]) for x in (query * unit, key)]
    return torch.vmap(linear)(*groups).reshape(*lead, query.shape[-2], key.shape[-2])


def attention_weights(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """The scores as weights that sum to 1 over the keys, with no weight where the mask is False.

    Shapes: scores ``(..., L_q, L_k)``, mask boolean and broadcastable to it; returns ``(..., L_q, L_k)``.
    A query that may attend to nothing has weights 0.
    Raises ValueError for a mask that is not boolean or does not broadcast.
    Source: Vaswani et al. 2017, section 3.2.1 (softmax) and 3.2.3 (masking).
    """
    if mask is not None:
        scores = scores + broadcast_mask(mask, scores.shape).to(scores.dtype).log()
    queries, keys = scores.shape[-2:]
    groups = scores.reshape(-1, queries, keys)
    nothing = groups.new_zeros(len(groups), max(queries, keys), 1)
    rows = _identity(scores, keys).expand(len(groups), keys, keys)
    weights = fused_attention(nothing[:, :queries], nothing[:, :keys], rows, attn_mask=groups)
    return weights.reshape(scores.shape)


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """For each query the mean of the values, weighted by how well the keys agree with the query.

    Shapes: query ``(..., L_q, d_k)``, key ``(..., L_k, d_k)``, value ``(..., L_k, d_v)``, mask boolean and
    broadcastable to ``(..., L_q, L_k)``; returns output ``(..., L_q, d_v)`` and weights ``(..., L_q, L_k)``.
    A query that may attend to nothing has weights 0 and output 0.
    Raises ValueError for a mask that is not boolean or does not broadcast.
    Source: Vaswani et al. 2017, section 3.2.1, equation 1 and figure 2 (left).
    """
    lead = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    queries, keys = query.shape[-2], key.shape[-2]
    # The weighted mean of the rows of an identity matrix is the row of weights itself.
    value_and_rows = torch.cat([value, _identity(value, keys).expand(*value.shape[:-1], keys)], dim=-1)
    if mask is not None:
        mask = broadcast_mask(mask, (*lead, queries, keys)).reshape(-1, queries, keys)
    groups = (x.expand(*lead, *x.shape[-2:]).reshape(-1, *x.shape[-2:]) for x in (query, key, value_and_rows))
    query, key, value_and_rows = groups
    both = fused_attention(query, key, value_and_rows, attn_mask=mask).reshape(*lead, queries, -1)
    output, weights = both.tensor_split([value.shape[-1]], dim=-1)
    return output, weights


def _identity(like: Tensor, size: int) -> Tensor:
    return torch.eye(size, dtype=like.dtype, device=like.device)
