"""In the place of the grader: what workers have answered about a submission, looked up by the question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nbjudge.autograde.grader import GraderLost
from nbjudge.autograde.placing import Anchor, Placed
from nbjudge.errors import UnreadableNotebook
from nbjudge.parallel.packing import files_below, pack
from nbjudge.parallel.questions import place_question, read_question, run_question, seen

Ask = Callable[[bytes], dict[str, Any]]
"""Has a worker answer a question now. Raises `GraderLost`."""


@dataclass(frozen=True)
class Answers:
    """What is known of one submission: answers by their questions, or why nobody will run it again."""

    found: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lost: str = ""


class Answered:
    """As `nbjudge.autograde.grader.Grading`, without a process."""

    def __init__(self, answers: Answers, ask: Ask, log: logging.Logger):
        self._answers, self._ask, self._log = answers, ask, log

    def read(self, path: Path) -> list[dict[str, Any]]:
        found = self._find(read_question(path), {"op": "read", "name": path.name}, lambda: {path.name: path})
        cells: list[dict[str, Any]] = found["cells"]
        return cells

    def place(self, cells: list[NotebookNode], anchors: list[Anchor]) -> Placed:
        asked = {"op": "place", "cells": cells, "anchors": anchors}
        return Placed(**self._find(place_question(cells, anchors), asked, dict)["placed"])

    def run(self, nb: NotebookNode, folder: Path, handed_in: Path, whose: list[str]) -> dict[str, Any]:
        def files() -> dict[str, Path]:
            beside = {f"folder/{name}": path for name, path in seen(folder).items()}
            return beside | {f"handed-in/{name}": path for name, path in files_below(handed_in).items()}

        if self._answers.lost:
            raise GraderLost(self._answers.lost)
        asked = {"op": "run", "notebook": nb, "whose": whose}
        found: dict[str, Any] = self._find(run_question(nb, folder, handed_in, whose), asked, files)["ran"]
        return found

    def end(self) -> None:
        """There is nothing to end."""

    def _find(self, question: str, asked: dict[str, Any], files: Callable[[], dict[str, Path]]) -> dict[str, Any]:
        found = self._answers.found.get(question)
        if found is None:
            self._log.info("asking a worker to %s: what is asked now is not what it was sent", asked["op"])
            found = self._ask(pack(asked, {name: path for name, path in files().items() if path.exists()}))
        if "unreadable" in found:
            raise UnreadableNotebook(found["unreadable"])
        if "lost" in found:
            raise GraderLost(found["lost"])
        return found


class AnsweredGrader:
    """As `nbjudge.autograde.grader.Grader`: `answers` are those about the submission whose turn it is."""

    def __init__(self, ask: Ask, log: logging.Logger):
        self.answers = Answers()
        self._ask, self._log = ask, log

    def obstacle(self) -> str:
        return ""  # here; workers are asked for theirs when they are called

    def begin(self) -> Answered:
        return Answered(self.answers, self._ask, self._log)

    def close(self) -> None:
        """The workers outlive a lesson; they are let go by whoever called them."""
