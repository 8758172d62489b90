"""Checkpoints of the GPT-2 family, with the names that Hugging Face's transformers gives them.

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ._checkpoints import needed, random_tensors, show

__all__ = ["embed", "logits", "published_logits", "random_checkpoint", "show"]


def random_checkpoint(
    num_layers: int,
    d_model: int,
    d_ff: int | None = None,
    vocab_size: int = 20,
    max_length: int = 16,
    prefix: str = "",
    seed: int = 0,
) -> dict[str, Tensor]:
    """A small GPT-2 with random weights: embeddings, layers and the final norm.

    ``d_ff`` is 4 times ``d_model`` unless given. ``prefix`` stands before every name; checkpoints of whole
    models have ``"transformer."`` there. Source of the names: Hugging Face transformers, ``GPT2Model``.
    """
    d_ff = d_ff or 4 * d_model
    sizes = {
        "ln_1": (d_model,),
        "attn.c_attn": (d_model, 3 * d_model),
        "attn.c_proj": (d_model, d_model),
        "ln_2": (d_model,),
        "mlp.c_fc": (d_model, d_ff),
        "mlp.c_proj": (d_ff, d_model),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "wte.weight": (vocab_size, d_model),
        "wpe.weight": (max_length, d_model),
    }
    for number in range(num_layers):
        for module, shape in sizes.items():
            shapes[f"h.{number}.{module}.weight"] = shape
            shapes[f"h.{number}.{module}.bias"] = shape[-1:]
    shapes |= {"ln_f.weight": (d_model,), "ln_f.bias": (d_model,)}
    return random_tensors(shapes, prefix, seed)


def _table(state: Mapping[str, Tensor], name: str) -> Tensor:
    return state[name] if name in state else state[f"transformer.{name}"]


def embed(state: Mapping[str, Tensor], token_ids: Tensor) -> Tensor:
    """What GPT-2 hands to its layers: word and position vectors, added up.

    Shapes: token_ids ``(B, L)``; returns ``(B, L, D)``.
    """
    return _table(state, "wte.weight")[token_ids] + _table(state, "wpe.weight")[: token_ids.shape[1]]


def logits(state: Mapping[str, Tensor], hidden: Tensor) -> Tensor:
    """A score for every word of the vocabulary: the dot product with the word's own vector.

    Shapes: hidden ``(B, L, D)``; returns ``(B, L, V)``.
    """
    return hidden @ _table(state, "wte.weight").T


def published_logits(state: Mapping[str, Tensor], token_ids: Tensor, num_heads: int) -> Tensor:
    """The logits that Hugging Face's ``GPT2LMHeadModel`` computes with these weights, ``(B, L, V)``."""
    library = needed("transformers", "The comparison with Hugging Face's GPT-2")
    bare = {name.removeprefix("transformer."): tensor for name, tensor in state.items()}
    vocab_size, d_model = bare["wte.weight"].shape
    config = library.GPT2Config(
        vocab_size=vocab_size,
        n_positions=len(bare["wpe.weight"]),
        n_embd=d_model,
        n_layer=sum(name.endswith("ln_1.bias") for name in bare),
        n_head=num_heads,
        n_inner=bare["h.0.mlp.c_fc.bias"].numel(),
        bos_token_id=None,
        eos_token_id=None,
    )
    model = library.GPT2LMHeadModel(config).eval()
    model.transformer.load_state_dict({name: tensor for name, tensor in bare.items() if name != "lm_head.weight"})
    with torch.no_grad():
        scores: Tensor = model(token_ids).logits
    return scores
