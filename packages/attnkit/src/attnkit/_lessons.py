"""The lessons of the course, and the exercises of each, in their order."""

from __future__ import annotations

from typing import NamedTuple


class Lesson(NamedTuple):
    """A lesson: `number` is two digits, as its folder begins."""

    number: str
    title: str
    exercises: tuple[str, ...]


LESSONS = tuple(
    Lesson(number, title, tuple(exercises.split()))
    for number, title, exercises in (
        (
            "01",
            "Scaled dot-product attention",
            "soft_lookup attention_scores attention_weights scaled_dot_product_attention",
        ),
        ("02", "Multi-head attention", "split_heads merge_heads multi_head_attention"),
        ("03", "The residual connection", "residual gradient_at_input"),
        ("04", "Layer normalization", "layer_norm layer_norm_module add_and_norm"),
        ("05", "The feed-forward network", "gelu feed_forward"),
        ("06", "The encoder, and BERT", "encoder_layer encoder bert_weights"),
        ("07", "Masked attention", "causal_mask padding_mask decoder_mask masked_self_attention"),
        ("08", "Cross-attention", "cross_attention alignment"),
        ("09", "The decoder, and GPT", "decoder_layer decoder gpt2_weights"),
        ("10", "The output: linear and softmax", "linear softmax log_softmax output_head"),
        ("11", "The Transformer", "transformer greedy_decode train"),
    )
)
