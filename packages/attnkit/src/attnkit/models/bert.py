"""Checkpoints of the BERT family, with the names that Hugging Face's transformers gives them."""

from torch import Tensor

from ._checkpoints import random_tensors, show

__all__ = ["random_checkpoint", "show"]


def random_checkpoint(
    num_layers: int, d_model: int, d_ff: int, vocab_size: int = 20, prefix: str = "", seed: int = 0
) -> dict[str, Tensor]:
    """A small BERT with random weights: embeddings, encoder layers and a pooler.

    ``prefix`` stands before every name; checkpoints of whole models have ``"bert."`` there.
    Source of the names: Hugging Face transformers, ``BertModel``.
    """
    sizes = {
        "attention.self.query": (d_model, d_model),
        "attention.self.key": (d_model, d_model),
        "attention.self.value": (d_model, d_model),
        "attention.output.dense": (d_model, d_model),
        "attention.output.LayerNorm": (d_model,),
        "intermediate.dense": (d_ff, d_model),
        "output.dense": (d_model, d_ff),
        "output.LayerNorm": (d_model,),
    }
    shapes = {
        "embeddings.word_embeddings.weight": (vocab_size, d_model),
        "embeddings.position_embeddings.weight": (16, d_model),
        "embeddings.token_type_embeddings.weight": (2, d_model),
        "embeddings.LayerNorm.weight": (d_model,),
        "embeddings.LayerNorm.bias": (d_model,),
    }
    for number in range(num_layers):
        for module, shape in sizes.items():
            shapes[f"encoder.layer.{number}.{module}.weight"] = shape
            shapes[f"encoder.layer.{number}.{module}.bias"] = shape[:1]
    shapes["pooler.dense.weight"] = (d_model, d_model)
    shapes["pooler.dense.bias"] = (d_model,)
    return random_tensors(shapes, prefix, seed)
