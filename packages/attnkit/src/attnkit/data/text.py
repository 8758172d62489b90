"""English text that every Python carries: the topics of its built-in help, as one long string."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from .vocabulary import Vocabulary


@dataclass(frozen=True)
class Text:
    """A text, its vocabulary, and its characters as numbers: most to train on, the rest held out."""

    text: str
    vocabulary: Vocabulary
    train: Tensor
    held_out: Tensor


@cache
def load(held_out: float = 0.05) -> Text:
    """The help topics of this Python (``help("topics")`` lists them): a paragraph a line, in the characters of ASCII.

    Tables are left out, and many spaces become one: a model would write little else than lines and spaces.
    """
    from pydoc_data.topics import topics

    blocks = "\n\n".join(topics[name] for name in sorted(topics)).split("\n\n")
    prose = [" ".join(block.split()) for block in blocks if not re.search(r"^\s*(\+-|\|)", block, re.MULTILINE)]
    text = "\n".join(block for block in prose if block)
    text = "".join(character for character in text if character == "\n" or " " <= character <= "~")
    vocabulary = Vocabulary(text)
    ids = vocabulary.encode(text)[0]
    cut = round(len(ids) * (1 - held_out))
    return Text(text, vocabulary, ids[:cut], ids[cut:])


def batches(ids: Tensor, count: int, batch_size: int = 24, length: int = 96, seed: int = 0) -> list[tuple[Tensor]]:
    """``count`` batches of windows ``(B, length + 1)`` cut out of ``ids`` at random.

    In each window, every character but the last is something to read, and every one but the first is what
    comes next.
    """
    generator = torch.Generator().manual_seed(seed)
    starts = torch.randint(len(ids) - length, (count, batch_size, 1), generator=generator)
    return [(ids[start + torch.arange(length + 1)],) for start in starts]
