"""Lessons 06 and 09: the weights of published models for the encoder and the decoder.

Both models name the eight modules of a layer otherwise than the course does. Sorted, the two lists of names
are a permutation of each other, and the permutation is all that is written here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from torch import Tensor, nn

Entry = tuple[str, str, str, Tensor]  # number of the layer, module, "weight" or "bias", and the values

BERT_LAYER = re.compile(r"(?:bert\.)?encoder\.layer\.(\d+)\.(.+)\.(weight|bias)")
BERT_ORDER = (5, 7, 0, 6, 2, 1, 3, 4)
GPT2_LAYER = re.compile(r"(?:transformer\.)?h\.(\d+)\.(.+\..+|ln_.)\.(weight|bias)")
GPT2_ORDER = (6, 7, 4, 5, 1, 3, 0, 2)
GPT2_FINAL_NORM = re.compile(r"(?:transformer\.)?(ln_f)\.(weight|bias)")


def load_bert_weights(encoder: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Copy the encoder layers of a BERT checkpoint into a post-norm ``Encoder``.

    ``state`` has Hugging Face's names, with or without a leading ``bert.``; what is not in an encoder layer
    is passed over. Raises ValueError when the numbers of layers differ.
    Shapes: weights ``(out, in)``.
    Source: Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers", section 3.
    """
    _fill(encoder, _matching(BERT_LAYER, state), BERT_ORDER)


def load_gpt2_weights(decoder: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Copy the layers and the final norm of a GPT-2 checkpoint into a pre-norm, decoder-only ``Decoder``.

    ``state`` has Hugging Face's names, with or without a leading ``transformer.``; embeddings and stored
    masks are passed over. Raises ValueError when the numbers of layers differ.
    Shapes: weights ``(in, out)``, those of query, key and value side by side in one ``(D, 3D)``.
    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3.
    """
    _fill(decoder, (part for entry in _matching(GPT2_LAYER, state) for part in _unfused(*entry)), GPT2_ORDER)
    matches = [match for name in state if (match := GPT2_FINAL_NORM.fullmatch(name))]
    decoder.get_submodule("final_norm").load_state_dict({match[2]: state[match[0]] for match in matches})


def _matching(pattern: re.Pattern[str], state: Mapping[str, Tensor]) -> Iterator[Entry]:
    """What the checkpoint holds under the names that match."""
    for name, value in state.items():
        if match := pattern.fullmatch(name):
            number, module, kind = match.groups()
            yield number, module, kind, value


def _unfused(number: str, module: str, kind: str, value: Tensor) -> list[Entry]:
    """A weight of GPT-2 turned round, and taken apart where it is three in one."""
    parts = value.tensor_split(3, dim=-1) if module.endswith("c_attn") else (value,)
    return [(number, f"{module}{index}", kind, part.t()) for index, part in enumerate(parts)]


def _fill(stack: nn.Module, found: Iterable[Entry], order: tuple[int, ...]) -> None:
    """Copy what was found, by layer and module, to the modules of the same rank in ``order``."""
    layers = list(stack.get_submodule("layers").children())
    checkpoint: dict[int, dict[str, dict[str, Tensor]]] = defaultdict(lambda: defaultdict(dict))
    for number, module, kind, value in found:
        checkpoint[int(number)][module][kind] = value
    if len(checkpoint) != len(layers):
        raise ValueError(f"the checkpoint has {len(checkpoint)} layers, the model has {len(layers)}")
    for place, layer in enumerate(layers):
        modules = [values for _, values in sorted(checkpoint[place].items())]
        names = sorted({name.rpartition(".")[0] for name, _ in layer.named_parameters()})
        for name, rank in zip(names, order, strict=True):
            layer.get_submodule(name).load_state_dict(modules[rank])
