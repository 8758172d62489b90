"""Characters as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

PAD, START, END, UNKNOWN = range(4)
_MARKS = "␣␂␃�"  # how the four are shown where a single character is wanted


class Vocabulary:
    """A number for each character, after four that stand for no character.

    ``pad_id`` fills a row up to the length of the longest, ``start_id`` and ``end_id`` stand at the ends of a
    text that is to be written, and ``unknown_id`` stands for every character that is not in the vocabulary.
    """

    pad_id, start_id, end_id, unknown_id = PAD, START, END, UNKNOWN

    def __init__(self, characters: Iterable[str], with_ends: bool = False) -> None:
        self.characters = "".join(sorted(set(characters)))
        self.with_ends = with_ends
        self._ids = {character: number for number, character in enumerate(self.characters, start=len(_MARKS))}

    def __len__(self) -> int:
        return len(_MARKS) + len(self.characters)

    def __repr__(self) -> str:
        return f"<Vocabulary of {len(self)}: 4 marks and {self.characters!r}>"

    def encode(self, texts: str | Sequence[str]) -> Tensor:
        """Texts as a long tensor ``(B, L)``, filled up with ``pad_id``. A single text makes a batch of one.

        With ``with_ends``, every row begins with ``start_id`` and has ``end_id`` after its last character.
        """
        texts = [texts] if isinstance(texts, str) else list(texts)
        rows = [[self._ids.get(character, UNKNOWN) for character in text] for text in texts]
        if self.with_ends:
            rows = [[START, *row, END] for row in rows]
        batch = torch.full((len(rows), max(map(len, rows), default=0)), PAD)
        for number, row in enumerate(rows):
            batch[number, : len(row)] = torch.tensor(row, dtype=torch.long)
        return batch

    def decode(self, ids: Tensor) -> list[str]:
        """The texts in the rows of ``ids`` ``(B, L)``, each up to its end, without start and padding."""
        return [self._text(row) for row in ids.tolist()]

    def symbols(self, ids: Tensor) -> list[str]:
        """One readable symbol for each number of ``ids`` ``(L,)``, to name the axes of a picture."""
        return [self._symbol(number) for number in ids.tolist()]

    def _text(self, row: list[int]) -> str:
        row = row[: row.index(END)] if END in row else row
        return "".join(self._character(number) for number in row if number not in (PAD, START))

    def _character(self, number: int) -> str:
        return self.characters[number - len(_MARKS)] if len(_MARKS) <= number < len(self) else _MARKS[UNKNOWN]

    def _symbol(self, number: int) -> str:
        named = {PAD: "pad", START: "start", END: "end", UNKNOWN: "?"}
        return named.get(number) or {" ": "␣", "\n": "⏎"}.get(self._character(number), self._character(number))
