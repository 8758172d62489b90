"""Dates as people in twelve languages write them, each with the same date in ISO 8601.

The ways of writing are those of the Unicode CLDR, by way of Babel: from *Tuesday, March 5, 2024* and
*martes, 5 de marzo de 2024* to *5.03.2024*. A short form that leaves out the century, such as *3/5/24*, could
mean several dates, and is not used.

Every day from 1900 to 2099 belongs to one of three parts, which do not overlap: days to train on, days held
out to see what was learned, and days kept for the grading.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel.dates import format_date, get_date_format
from torch import Tensor, nn

from .._execution import grading
from .._threads import one_thread
from .vocabulary import Vocabulary

LANGUAGES = {
    "de": "German",
    "el": "Greek",
    "en_US": "English",
    "es": "Spanish",
    "fr": "French",
    "hu": "Hungarian",
    "it": "Italian",
    "pl": "Polish",
    "pt_BR": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
}
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
PARTS = ("train", "held_out", "reserved")
MAX_LENGTH = 48  # no way of writing a date needs more characters
ANSWER_LENGTH = 12  # the start, ten characters, the end
_SEED, _ASIDE = 1906, 4000
# Babel writes spaces that do not break a line; a keyboard has one space.
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


@dataclass(frozen=True)
class Example:
    """A date as written in some language, and in ISO 8601."""

    written: str
    iso: str
    language: str


@dataclass(frozen=True)
class Dates:
    """Examples to train on and to try, and the vocabularies of both sides."""

    train: Sequence[Example]
    held_out: Sequence[Example]
    source: Vocabulary
    target: Vocabulary


@cache
def styles() -> tuple[tuple[str, str], ...]:
    """Every way of writing that names one date only, as a language and one of CLDR's four lengths."""
    return tuple(
        (language, length)
        for language in LANGUAGES
        for length in ("full", "long", "medium", "short")
        if "yy" not in get_date_format(length, locale=language).pattern.replace("yyyy", "y")
    )


def write(day: date, language: str, length: str) -> str:
    """A day as people write it: ``write(date(2024, 3, 5), "de", "long")`` is ``"5. März 2024"``."""
    return format_date(day, length, locale=language).translate(_SPACES)


@cache
def days(part: str) -> tuple[date, ...]:
    """The days of one part, ``"train"``, ``"held_out"`` or ``"reserved"``, always in the same order."""
    everything = [FIRST + timedelta(number) for number in range((LAST - FIRST).days + 1)]
    random.Random(_SEED).shuffle(everything)
    cut = {
        "reserved": slice(0, _ASIDE),
        "held_out": slice(_ASIDE, 2 * _ASIDE),
        "train": slice(2 * _ASIDE, None),
    }
    if part not in cut:
        raise ValueError(f"a part is one of {', '.join(PARTS)}, not {part!r}")
    return tuple(everything[cut[part]])


def examples(part: str, count: int, seed: int = 0) -> tuple[Example, ...]:
    """``count`` days of a part, chosen at random, each written in a way chosen at random.

    The same seed gives the same examples. No day comes twice before all have come once.
    """
    choose = random.Random(f"{part} {seed}")
    pool = list(days(part))
    choose.shuffle(pool)
    return tuple(_example(pool[number % len(pool)], choose) for number in range(count))


def _example(day: date, choose: random.Random) -> Example:
    language, length = choose.choice(styles())
    return Example(write(day, language, length), day.isoformat(), LANGUAGES[language])


@cache
def source_vocabulary() -> Vocabulary:
    """Every character that some way of writing uses, in any month and on any day of the week."""
    months = [date(2024, month, 1) for month in range(1, 13)]
    week = [date(2024, 1, day) for day in range(1, 8)]
    written = (write(day, *style) for day in months + week for style in styles())
    return Vocabulary("0123456789".join(written))


@cache
def target_vocabulary() -> Vocabulary:
    """The characters of ISO 8601 dates. Rows begin with the start and have the end after the date."""
    return Vocabulary("0123456789-", with_ends=True)


@cache
def load(count: int = 20_000, seed: int = 0) -> Dates:
    """``count`` examples to train on, and 1000 held out whose days do not occur among them.

    While a notebook is graded, nothing is trained, and there are only a few of either.
    """
    held_out = 1000
    if grading():
        count = held_out = 64
        print("Nothing is trained while a notebook is graded: there are only a few examples of each kind.")
    return Dates(
        train=examples("train", count, seed),
        held_out=examples("held_out", held_out, seed),
        source=source_vocabulary(),
        target=target_vocabulary(),
    )


def batches(data: Sequence[Example], batch_size: int = 64) -> list[tuple[Tensor, Tensor]]:
    """Pairs ``(source (B, L_s), target (B, 12))`` of long tensors, for training.

    Examples of like length share a batch, so that little of it is padding.
    """
    source, target = source_vocabulary(), target_vocabulary()
    ordered = sorted(data, key=lambda example: len(example.written))
    groups = [ordered[start : start + batch_size] for start in range(0, len(ordered), batch_size)]
    return [(source.encode([e.written for e in group]), target.encode([e.iso for e in group])) for group in groups]


@one_thread()
def read(model: nn.Module, greedy_decode: Callable[..., Tensor], texts: str | Sequence[str]) -> list[str]:
    """What a model makes of dates that people wrote. Nothing, at once, while a notebook is graded.

    One core computes, as in ``training.train``: a Validate on a busy machine would otherwise run out of time.
    """
    if grading():
        return []
    source, target = source_vocabulary(), target_vocabulary()
    return target.decode(greedy_decode(model, source.encode(texts), target.start_id, target.end_id, ANSWER_LENGTH))
