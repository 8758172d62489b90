"""The components of the Transformer, as the exercises define them, computed by PyTorch's own functions.

An exercise may use every component that comes before it. Taken from here, an earlier one is right, so each
exercise stands alone. The code is meant to be exact and is not meant to be read as an example: it reaches
the same numbers by other ways than the ones that the lessons teach.

Conventions: tensors are batch-first; masks are boolean and True means "may attend"; a query that may attend
to nothing has weights 0 and context 0; the floating dtype of the input is the dtype of the output; inputs
are never changed in place.
"""

from ._attention import attention_scores, attention_weights, scaled_dot_product_attention, soft_lookup
from ._checkpoints import load_bert_weights, load_gpt2_weights
from ._cross_attention import CrossAttention, alignment
from ._decoding import greedy_decode
from ._embedding import PositionalEncoding, TokenEmbedding
from ._layers import Decoder, DecoderLayer, Encoder, EncoderLayer
from ._masks import MaskedSelfAttention, causal_mask, decoder_mask, padding_mask
from ._multi_head import MultiHeadAttention, merge_heads, split_heads
from ._output import Linear, OutputHead, log_softmax, softmax
from ._sublayers import AddAndNorm, FeedForward, LayerNorm, Residual, gelu, gradient_at_input, layer_norm
from ._use import DoesNotFit, give_back, use

__all__ = [
    "AddAndNorm",
    "CrossAttention",
    "Decoder",
    "DecoderLayer",
    "DoesNotFit",
    "Encoder",
    "EncoderLayer",
    "FeedForward",
    "LayerNorm",
    "Linear",
    "MaskedSelfAttention",
    "MultiHeadAttention",
    "OutputHead",
    "PositionalEncoding",
    "Residual",
    "TokenEmbedding",
    "alignment",
    "attention_scores",
    "attention_weights",
    "causal_mask",
    "decoder_mask",
    "gelu",
    "give_back",
    "gradient_at_input",
    "greedy_decode",
    "layer_norm",
    "load_bert_weights",
    "load_gpt2_weights",
    "log_softmax",
    "merge_heads",
    "padding_mask",
    "scaled_dot_product_attention",
    "soft_lookup",
    "softmax",
    "split_heads",
    "use",
]
