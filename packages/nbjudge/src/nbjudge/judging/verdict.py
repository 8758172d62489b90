"""The outcome of judging one exercise, and how a person reads it."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields
from typing import Any

from nbjudge.words import clean


@dataclass(frozen=True)
class CheckResult:
    """One check: `points` is what it is worth; `message` says what was expected and what was seen."""

    name: str
    says: str
    passed: bool
    points: float
    expected: str = ""
    seen: str = ""
    lost: bool = False  # whether the learner's process was lost over it
    asks: str = ""  # a question that leads to the bug

    @property
    def message(self) -> str:
        return "" if self.passed else _sentences(self.expected, self.seen, self.asks)

    def as_json(self) -> dict[str, object]:
        return {**{k: getattr(self, k) for k in ("name", "says", "passed", "points")}, "message": self.message}


def _sentences(expected: str, seen: str, asks: str) -> str:
    parts = (f"Expected {expected}" if expected else "", f"Seen: {seen}" if seen else "", asks)
    return " ".join(part if part[-1] in ".?" else f"{part}." for part in parts if part)


@dataclass
class Verdict:
    """All checks of one exercise; `mistakes` are the known ones that were recognised, with advice for each.

    `unexplained` names the failed checks that these have no part in.
    """

    exercise: str
    checks: list[CheckResult]
    mistakes: dict[str, str] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        return round(sum(check.points for check in self.checks if check.passed), 6)

    @property
    def max_score(self) -> float:
        return round(sum(check.points for check in self.checks), 6)

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> list[CheckResult]:
        return [check for check in self.checks if not check.passed]

    @property
    def mistake(self) -> str | None:
        """The known mistake, or the first of two."""
        return next(iter(self.mistakes), None)

    @property
    def advice(self) -> list[str]:
        """What to do, a paragraph for each mistake, and what that leaves open."""
        said = [" ".join(text.split()) for text in self.mistakes.values()]
        left = [check.says for check in self.failed if check.name in self.unexplained]
        return [*said, f"This does not explain all: see also the checks “{'”, “'.join(left)}”."] if left else said

    def scaled(self, points: float) -> float:
        """The score of a cell worth `points`."""
        return round(points * self.score / self.max_score, 6) if self.max_score else 0.0

    def as_json(self) -> dict[str, object]:
        return {
            "exercise": self.exercise,
            "score": self.score,
            "max_score": self.max_score,
            "checks": [check.as_json() for check in self.checks],
            "mistake": self.mistake,
            "mistakes": list(self.mistakes),
        }

    def __repr__(self) -> str:
        # nbgrader reads the plain text of a grading cell's result as its score.
        return f"{self.score:g}"

    def _repr_html_(self) -> str:
        return as_html(self, self.max_score)


def verdict_of(stored: dict[str, Any]) -> Verdict:
    """A verdict as it was stored, by this version of nbjudge or by another one."""
    checks = [CheckResult(**_known(CheckResult, check)) for check in stored["checks"]]
    return Verdict(**{**_known(Verdict, stored), "checks": checks})


def _known(kind: type, stored: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: clean(value) if isinstance(value, str) else value for name, value in stored.items() if name in names}


def as_html(verdict: Verdict, points: float) -> str:
    """The score, the advice and a table of the checks, inert: every text that came from anywhere is escaped."""
    lead = f"<p><b>{verdict.scaled(points):g} of {points:g} points</b> for <code>{html.escape(verdict.exercise)}</code></p>"
    advice = "".join(f"<p><b>Advice:</b> {_inline(text)}</p>" for text in verdict.advice)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in verdict.notes)
    return f"{lead}{advice}{notes}{as_table(verdict)}"


def as_table(verdict: Verdict) -> str:
    """The checks, one in a row, with names for rows and columns."""
    rows = "".join(map(_row, verdict.checks, _reasons(verdict.checks)))
    names = ("Check", "Result", "Points", "Expected", "Seen")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    caption = f"<caption>Checks of {html.escape(verdict.exercise)}</caption>"
    return f"<table border='1' cellpadding='6'>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _reasons(checks: list[CheckResult]) -> list[tuple[str, str]]:
    """What was expected and what was seen, for each check, with nothing said twice."""
    reasons, before = [], None
    for check in checks:
        seen = f"{check.seen.rstrip('.')}. {check.asks}" if check.asks else check.seen
        reason = (check.expected if check.expected != check.says else "", seen)
        again = not check.passed and reason == before
        reasons.append(("as above" if reason[0] else "", "as above") if again else reason)
        before = before if check.passed else reason
    return reasons


def _row(check: CheckResult, reason: tuple[str, str]) -> str:
    mark = "&#10003; passed" if check.passed else "&#10007; failed"
    got = f"{check.points if check.passed else 0:g} / {check.points:g}"
    cells = "".join(f"<td>{cell}</td>" for cell in (mark, got, *map(html.escape, reason)))
    return f'<tr><th scope="row">{html.escape(check.says)}</th>{cells}</tr>'


def _inline(text: str) -> str:
    """Escaped text, with `code` between backticks."""
    pieces = html.escape(" ".join(text.split())).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def as_text(verdict: Verdict) -> str:
    """The same for a terminal."""
    lines = [f"{verdict.exercise}: {verdict.score:g} of {verdict.max_score:g} points"]
    for check, (expected, seen) in zip(verdict.checks, _reasons(verdict.checks), strict=True):
        lines.append(f"  {'pass' if check.passed else 'FAIL'}  {check.points:g}  {check.says}")
        if not check.passed:
            lines.append(f"           {_sentences(expected, seen, '')}")
    if verdict.mistakes:
        lines.append(f"  recognised: {' and '.join(verdict.mistakes)}. {' '.join(verdict.advice)}")
    lines += [f"  note: {note}" for note in verdict.notes]
    return "\n".join(lines)
