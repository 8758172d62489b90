"""What was found, for people and for machines: a table, text, a page, JSON, and what GitHub's runners read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from rich.table import Column, Table

from nbjudge.judging.verdict import Verdict, as_table, as_text
from nbjudge.self_check.judging import Judged


def as_one_table(judged: Sequence[Judged]) -> Table:
    """A row for each answer."""
    table = Table("work", Column("exercise", no_wrap=True), "points", "checks passed", "the first that failed")
    for one in judged:
        if one.problem:
            table.add_row(one.work.name, "", "", "", one.problem, style="red")
        for number, verdict in enumerate(one.verdicts):
            first = verdict.failed[0].says if verdict.failed else ""
            row = [one.work.name if not number else "", verdict.exercise, _points(verdict), _checks(verdict), first]
            table.add_row(*row, style="green" if verdict.passed else "red")
    return table


def details(judged: Sequence[Judged]) -> str:
    """Every check of each answer that lost points, with what was expected, what was seen, and advice."""
    verdicts = [verdict for one in judged for verdict in one.verdicts]
    return "\n\n".join(as_text(verdict) for verdict in verdicts if not verdict.passed or verdict.notes)


def as_json(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """An object for each answer, and for each piece of work that could not be judged."""
    found: list[dict[str, Any]] = []
    for one in judged:
        if one.problem:
            found.append({"file": one.work.name, "problem": one.problem})
        found += [{"file": one.work.name, **verdict.as_json()} for verdict in one.verdicts]
    return found


def as_page(judged: Sequence[Judged]) -> str:
    """An HTML page without scripts, in the style of the feedback page."""
    made = Environment(
        loader=PackageLoader("nbjudge.self_check", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    style = files("nbjudge.autograde").joinpath("pages/feedback.css").read_text(encoding="utf-8")
    return made.get_template("report.html.j2").render(
        judged=judged, style=Markup(style), points=_points, checks=_checks, table=lambda one: Markup(as_table(one))
    )


def workflow_commands(judged: Sequence[Judged]) -> str:
    """Workflow commands, which a GitHub runner shows beside the code: an error for each answer that lost points."""
    lines = []
    for one in judged:
        path = str(one.work.path or one.work.name)
        if one.problem:
            lines.append(_command(path, 1, one.work.name, one.problem))
        for verdict, answer in zip(one.verdicts, one.work.answers, strict=True):
            if not verdict.passed:
                message = "\n".join([*(check.message for check in verdict.failed[:1]), *verdict.advice])
                lines.append(_command(path, answer.line, f"{verdict.exercise}: {_points(verdict)} points", message))
    return "\n".join(lines)


def _command(path: str, line: int, title: str, message: str) -> str:
    """https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    properties = ",".join(
        f"{name}={_escaped(value, ':,')}" for name, value in (("file", path), ("line", str(line)), ("title", title))
    )
    return f"::error {properties}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in ("%", "\r", "\n", *more):
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def summary(judged: Sequence[Judged]) -> str:
    """A summary of the job, in Markdown."""
    lines = ["| Work | Exercise | Points | Checks passed | What to do |", "|---|---|---|---|---|"]
    for one in judged:
        if one.problem:
            lines.append(f"| {_cell(one.work.name)} | | | | {_cell(one.problem)} |")
        for verdict in one.verdicts:
            todo = " ".join([*(check.message for check in verdict.failed[:1]), *verdict.advice])
            parts = (one.work.name, verdict.exercise, _points(verdict), _checks(verdict), todo)
            lines.append(f"| {' | '.join(map(_cell, parts))} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text within a table of Markdown, where nothing of a learner's is markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    for sign in "\\|*_[]`":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def write_summary(judged: Sequence[Judged]) -> None:
    """Add the summary to the file that a runner names; nothing where there is no runner."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(summary(judged))


def _points(verdict: Verdict) -> str:
    return f"{verdict.score:g} of {verdict.max_score:g}"


def _checks(verdict: Verdict) -> str:
    return f"{len(verdict.checks) - len(verdict.failed)} of {len(verdict.checks)}"
