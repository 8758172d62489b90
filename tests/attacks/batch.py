"""Grades one batch: attackers among honest people. Says for each attack what happened, and what went wrong."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass, field

from toy import LESSON, Outcome

from .attack import Attack
from .canaries import files_below, fingerprints
from .course import FULL, STALE, WRONG, WRONG_SCORES, AttackedCourse, adopt_orphans, descendants, mounts

HONEST = {"a_right": {}, "m_wrong": {"double": WRONG}, "zz_right": {}}
ALONE = {"a_right": FULL, "m_wrong": WRONG_SCORES, "zz_right": FULL}  # what they get in a class of their own
OURS = "# @NEIGHBOUR@\n"  # a secret in the neighbours' notebooks
GRADER_BYTES = 3 << 30  # more than this, and the grader itself was the victim


@dataclass
class Report:
    """The rows of the table, and the failures of the batch; none is what we want."""

    rows: list[dict] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def grade(course: AttackedCourse, attacks: list[Attack], allowed: dict | None = None) -> Report:
    """Hand in, grade, compare. `allowed` names attacks that may gain: the exercise, and the most points."""
    adopt_orphans()
    plains = {repr(attack.plain): attack.plain for attack in attacks}
    names = {key: f"plain_{number}" for number, key in enumerate(plains)}
    for student, answers in HONEST.items():
        right = course.answered(**answers)
        next(c for c in right.cells if c.cell_type == "code").source += "\n" + course.canaries.fill(OURS)
        for cell in right.cells:
            if "def double" in cell.source:
                cell.source += course.canaries.fill(OURS)
        course.hand_in(student, right)
    for key, answers in plains.items():
        course.hand_in(names[key], course.answered(**answers))
    for attack in attacks:
        attack.hand_in(course)
    everybody = [*HONEST, *names.values(), *(attack.name for attack in attacks)]
    course.pretend_graded(everybody)
    watched = [course.root / name for name in ("tests", "source", "release", "nbgrader_config.py")]
    watched += [course.root / "submitted" / student for student in HONEST] + [course.canaries.secret]
    before = fingerprints(*watched), descendants(), mounts()

    log = autograde(course)
    after = fingerprints(*watched), descendants(), mounts()
    course.generate_feedback(ok=None)

    report = Report()
    _whole_batch(report, course, before, after, log)
    outcomes = course.outcomes()
    for attack in attacks:
        _one(report, course, attack, outcomes[attack.name], outcomes[names[repr(attack.plain)]], allowed or {})
    return report


@dataclass
class Log:
    """How the grader fared."""

    status: int
    text: str
    peak_bytes: int
    seconds: float


def autograde(course: AttackedCourse) -> Log:
    """The real command, in a process of its own."""
    path = course.root / "autograde.log"
    start = time.monotonic()
    with path.open("wb") as log:
        command = course.command("nbgrader", "autograde", LESSON)
        process = subprocess.Popen(command, cwd=course.root, stdout=log, stderr=log, env=course.environment())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    text = path.read_text(errors="replace")
    return Log(process.returncode, text, usage.ru_maxrss * 1024, time.monotonic() - start)


def _whole_batch(report: Report, course: AttackedCourse, before: tuple, after: tuple, log: Log) -> None:
    def expect(condition: object, failure: str) -> None:
        if not condition:
            report.failures.append(f"the batch: {failure}")

    outcomes, canaries = course.outcomes(), course.canaries
    for student, scores in ALONE.items():
        expect(outcomes[student].scores == scores, f"{student} got {outcomes[student].scores}, alone {scores}")
        expect((course.root / f"autograded/{student}/{LESSON}/{LESSON}.ipynb").is_file(), f"{student} has no notebook")
    expect(before[0] == after[0], f"files changed: {before[0].items() ^ after[0].items()}")
    expect(not after[1] - before[1], f"processes are left: {after[1] - before[1]}")
    expect(before[2] == after[2], f"mounts changed: {set(before[2]) ^ set(after[2])}")
    left = [str(path) for path in course.temporary.iterdir()]
    expect(not left, f"temporary files are left: {left}")
    expect(not canaries.left_on_machine(), f"files on the machine: {canaries.left_on_machine()}")
    expect(not canaries.heard, f"heard: {canaries.heard}")
    strays = [str(path) for path in files_below(course.root) if canaries.token in path.name]
    expect(not strays, f"files in the course: {strays}")
    for place in ("autograded", "feedback", ".nbjudge"):
        if (course.root / place).is_dir():
            seen = canaries.seen_in(course.root / place, but=tuple(HONEST))
            expect(not seen, f"secrets in {place}: {seen}")
    expect("\x1b" not in log.text, "the log holds terminal codes of a learner's")
    expect(log.peak_bytes < GRADER_BYTES, f"the grader took {log.peak_bytes >> 20} MiB")


def _one(
    report: Report, course: AttackedCourse, attack: Attack, outcome: Outcome, plain: Outcome, allowed: dict
) -> None:
    failures = []
    exercise, most = allowed.get(attack.name, ("", 0.0))
    gained = [n for n in FULL if outcome.points(n) > plain.points(n) + (most if n == exercise else 0)]
    if gained:
        failures.append(f"gained marks: {outcome.scores}, without the attack {plain.scores}")
    if STALE in outcome.scores.values():
        failures.append(f"an old score stands: {outcome.scores}")
    if not outcome.settled:
        failures.append(f"neither score nor reason: {outcome.scores}, {outcome.comment!r}")
    if outcome.manual:
        failures.append(f"manual scores were written: {outcome.manual}")
    graded = course.root / "autograded" / attack.name
    breaches = _breaches(course, attack) if graded.is_dir() else []
    failures += [f"got through: {line}" for line in breaches]
    pages = list((course.root / "feedback" / attack.name).rglob("*.html"))
    for page in pages:
        text = page.read_text(errors="replace")
        failures += [f"feedback shows {word}" for word in ("HIDDEN TESTS",) if word in text]
    report.failures += [f"{attack.name}: {failure}" for failure in failures]
    scores = ", ".join(map(_shown, outcome.scores.values()))
    baseline = ", ".join(_shown(plain.scores[name]) for name in outcome.scores)
    happened = f"{scores} (without it {baseline})"
    if outcome.needs_person:
        happened += f"; for a person: {outcome.comment[:100]}"
    if failures:
        happened = "FAILED: " + "; ".join(failures)
    report.rows.append({"rows": attack.rows, "name": attack.name, "tries": attack.tries, "happened": happened})


def _breaches(course: AttackedCourse, attack: Attack) -> list[str]:
    """The lines by which an attack reports that it got through."""
    path = course.root / "autograded" / attack.name / LESSON / f"{LESSON}.ipynb"
    mark = course.canaries.token[::-1]
    text = path.read_text(errors="replace") if path.is_file() else ""
    return [part[: part.find("\\n") if "\\n" in part else 80][:160] for part in text.split(mark)[1:]]


def _shown(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"
