"""The outcome of judging one exercise, and how a person reads it."""

from __future__ import annotations

import html
from dataclasses import dataclass, field


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
        if self.passed:
            return ""
        parts = [f"Expected {self.expected}." if self.expected else "", f"Seen: {self.seen}." if self.seen else ""]
        return " ".join(part for part in (*parts, self.asks) if part).replace("..", ".").replace("?.", "?")

    def as_json(self) -> dict[str, object]:
        return {**{k: getattr(self, k) for k in ("name", "says", "passed", "points")}, "message": self.message}


@dataclass
class Verdict:
    """All checks of one exercise; `mistake` and `advice` where a known mistake was recognised."""

    exercise: str
    checks: list[CheckResult]
    mistake: str | None = None
    advice: str = ""
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
        }

    def __repr__(self) -> str:
        # nbgrader reads the plain text of a grading cell's result as its score.
        return f"{self.score:g}"

    def _repr_html_(self) -> str:
        return as_html(self, self.max_score)


def as_html(verdict: Verdict, points: float) -> str:
    """The score, the advice and a table of the checks, inert: every text that came from anywhere is escaped."""
    lead = f"<p><b>{verdict.scaled(points):g} of {points:g} points</b> for <code>{html.escape(verdict.exercise)}</code></p>"
    advice = f"<p><b>Advice:</b> {_inline(verdict.advice)}</p>" if verdict.advice else ""
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
    for check in verdict.checks:
        lines.append(f"  {'pass' if check.passed else 'FAIL'}  {check.points:g}  {check.says}")
        if check.message:
            lines.append(f"           {check.message}")
    if verdict.mistake:
        lines.append(f"  recognised: {verdict.mistake}. {' '.join(verdict.advice.split())}")
    return "\n".join(lines)
