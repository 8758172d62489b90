"""The command `nbjudge`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Collection
from contextlib import ExitStack, closing, nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Column, Table

from nbjudge.system import why_not_graded_here

if TYPE_CHECKING:
    from nbjudge.course import Course
    from nbjudge.judging.audit import Audit, Price
    from nbjudge.judging.mutants.score import MutationScore
    from nbjudge.self_check.sandboxed import Strangers

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Judge solutions by hidden pytest checks, beside the commands of nbgrader.",
)
course_app = typer.Typer(no_args_is_help=True, help="Make course directories.")
app.add_typer(course_app, name="course")
console = Console()
errors = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def _course() -> Course:
    from nbjudge.course import Course
    from nbjudge.errors import CourseError

    try:
        return Course()
    except CourseError as error:
        _usage(str(error))


def _usage(message: str) -> NoReturn:
    """Say what is wrong with the call, and exit with 2."""
    errors.print(f"nbjudge: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)


@app.command()
def check(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="[EXERCISE] WORK…",
            help="Notebooks, Python files, or modules as `import` names them. Of files and modules, every exercise "
            "that they define is judged; an EXERCISE named first, for example attention_scores, is judged alone.",
        ),
    ],
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a page that a browser shows.")] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Also write annotations and a summary for a GitHub runner.")
    ] = False,
    sandbox: Annotated[
        bool,
        typer.Option("--sandbox", help="Judge strangers' code, as `nbgrader autograde` does. Without it: your own."),
    ] = False,
) -> None:
    """Judge notebooks, Python files and modules, and print what the checks say. Nothing is written to a gradebook.

    Exit status: 0 where all have full marks, 1 where one has not, 2 for a wrong call, or for work that holds no answer.
    """
    from nbjudge.errors import NBJudgeError
    from nbjudge.self_check import report
    from nbjudge.self_check.answers import find_work
    from nbjudge.self_check.judging import Judged, OwnCode

    course = _course()
    exercise = names[0] if names[0] in course.lesson_of and not Path(names[0]).suffix else None
    if exercise and len(names) == 1:
        _usage(f"name a notebook, a Python file or a module that answers {exercise}")
    sys.path.insert(0, str(Path.cwd()))  # where modules are found that are named
    judged: list[Judged] = []
    with ExitStack() as stack:
        try:
            judge: OwnCode | Strangers = OwnCode(course)
            if sandbox:
                from nbjudge.self_check.sandboxed import Strangers

                judge = stack.enter_context(closing(Strangers(course)))
            progress = stack.enter_context(Progress(console=errors, transient=True))
            for name in progress.track(names[1 if exercise else 0 :], description="reading"):
                work = find_work(course, name, exercise)
                judged.append(judge.judge(work, partial(_tell, progress)))
            if html:
                html.write_text(report.as_page(judged), encoding="utf-8")
        except NBJudgeError as error:
            _usage(str(error))
        except OSError as error:
            _usage(f"{error.filename}: {error.strerror}")
    if as_json:
        typer.echo(json.dumps(report.as_json(judged), indent=2))
    else:
        console.print(report.as_one_table(judged))
        console.print(report.details(judged), markup=False, highlight=False, soft_wrap=True)
    if github:
        typer.echo(report.workflow_commands(judged))
        report.write_summary(judged)
    if any(one.problem for one in judged):
        raise typer.Exit(2)
    raise typer.Exit(0 if all(one.passed for one in judged) else 1)


def _tell(progress: Progress, exercise: str) -> None:
    """Say what is judged."""
    progress.update(progress.task_ids[0], description=exercise)


@app.command()
def audit(
    exercises: Annotated[list[str] | None, typer.Argument(help="Exercises to audit; all of them by default.")] = None,
    mutants: Annotated[bool, typer.Option("--mutants", help="Judge references with a slip in them instead.")] = False,
    jobs: Annotated[
        int | None, typer.Option("-j", min=1, help="Processes that judge mutants; by default one for each core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put the checks on trial: reference, known mistakes and right alternatives.

    Also measured is the price: the share of the points that each mistake, one slip, keeps, how many checks it fails,
    and how many mistakes pass the asserts that learners run themselves.

    Exit status: 0 where every reference passes, every mistake is caught, every alternative accepted, at least 95 % of
    the mistakes are named, no given part needs what a later exercise asks for, and each mistake keeps half of the
    points or is called FUNDAMENTAL by its file, and none that is passes the asserts that learners run, unless it calls
    what is forbidden; 1 where not; 2 for a wrong call.

    With --mutants: every reference with one slip in it. Exit status: 0 where all are caught, but for those that are
    recorded as equivalent in the exercise's equivalent.toml, and no record is stale; 1 where not; 2 for a wrong call.
    """
    if mutants:
        _audit_mutants(exercises, jobs, as_json)
    from nbjudge.errors import CourseError
    from nbjudge.judging.audit import audit as run

    course = _course()
    results = []
    try:
        with Progress(console=errors, transient=True) as progress:
            names = exercises or list(course.lesson_of)
            for name in progress.track(names, description="auditing"):
                results.append(run(course, name))
    except CourseError as error:
        _usage(str(error))
    if as_json:
        typer.echo(json.dumps([result.as_json() for result in results], indent=2))
    else:
        _print_audit(results)
    raise typer.Exit(0 if all(r.holds for r in results) else 1)


def _audit_mutants(exercises: list[str] | None, jobs: int | None, as_json: bool) -> NoReturn:
    from nbjudge.errors import CourseError
    from nbjudge.judging.mutants.score import mutation_score, workers

    course = _course()
    scores = []
    try:
        wanted = [course.exercise(name) for name in exercises or course.lesson_of]
        with Progress(console=errors, transient=True) as progress, workers(course, jobs) as failures:
            for exercise in wanted:
                task = progress.add_task(exercise.name, total=None)
                scores.append(mutation_score(exercise, failures, partial(_show, progress, task)))
    except CourseError as error:
        _usage(str(error))
    if as_json:
        typer.echo(json.dumps([score.as_json() for score in scores], indent=2))
    else:
        _print_mutants(scores)
    raise typer.Exit(0 if all(score.holds for score in scores) else 1)


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


@app.command(context_settings={"ignore_unknown_options": True})
def autograde(
    lesson: Annotated[
        list[str], typer.Argument(metavar="LESSON", help="The lesson; after it, more options of nbgrader's.")
    ],
    student: Annotated[str, typer.Option(help="Whose submissions; a pattern.")] = "",
    notebook: Annotated[str, typer.Option(help="Which notebooks; a pattern.")] = "",
    force: Annotated[bool, typer.Option("--force", "-f", help="Grade anew what is graded already.")] = False,
    db: Annotated[str, typer.Option(help="The address of the gradebook.")] = "",
    course_dir: Annotated[str, typer.Option(help="The course directory.")] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Workers here; by default one for each core, of a small class fewer.")
    ] = None,
    scheduler: Annotated[str, typer.Option(help="The address of a Dask scheduler, whose workers grade.")] = "",
    tls_ca_file: Annotated[str, typer.Option(help="Whom to trust at that address.")] = "",
    tls_cert: Annotated[str, typer.Option(help="The certificate to show there.")] = "",
    tls_key: Annotated[str, typer.Option(help="Its key.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what must be said.")] = False,
) -> None:
    """Grade a class in parallel: as `nbgrader autograde LESSON`, with the same options, gradebook and files.

    Ctrl-C stops, and keeps what is done; the same command goes on from there. Exit status: 0 where all that was handed
    in has its scores, 1 where some is left to a person, has failed or is not graded yet, 2 for a wrong call.
    """
    if workers and scheduler:
        _usage("--workers is for workers of this machine, and --scheduler has its own")
    arguments = _nbgraders(lesson, force, student=student, notebook=notebook, db=db, course_dir=course_dir)
    raise typer.Exit(_autograde(arguments, workers, scheduler, (tls_ca_file, tls_cert, tls_key), quiet))


def _autograde(
    arguments: list[str], workers: int | None, scheduler: str, tls: tuple[str, str, str], quiet: bool
) -> int:
    from nbgrader.converters import NbGraderException

    from nbjudge.errors import MachineError
    from nbjudge.parallel.application import autograde
    from nbjudge.parallel.cluster import TLS, crew_at, local_crew
    from nbjudge.parallel.command import WrongCall

    crew = partial(crew_at, scheduler, TLS(*tls)) if scheduler else partial(local_crew, workers)
    try:
        tally = autograde(arguments, crew, errors, quiet)
    except (WrongCall, MachineError) as error:
        _usage(str(error))
    except NbGraderException:  # the log has said why
        return 2
    except KeyboardInterrupt:
        return 1
    if not quiet:
        errors.print(tally.in_words(), markup=False, highlight=False, soft_wrap=True)
    return 0 if tally.complete else 1


@app.command(context_settings={"ignore_unknown_options": True})
def feedback(
    lesson: Annotated[
        list[str], typer.Argument(metavar="LESSON", help="The lesson; after it, more options of nbgrader's.")
    ],
    student: Annotated[str, typer.Option(help="Whose pages; a pattern.")] = "",
    notebook: Annotated[str, typer.Option(help="Of which notebooks; a pattern.")] = "",
    force: Annotated[bool, typer.Option("--force", "-f", help="Make anew what is made already.")] = False,
    db: Annotated[str, typer.Option(help="The address of the gradebook.")] = "",
    course_dir: Annotated[str, typer.Option(help="The course directory.")] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Pages at once; by default one for each core.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what must be said.")] = False,
) -> None:
    """Make feedback pages in parallel: as `nbgrader generate_feedback LESSON`, with the same options and pages.

    Ctrl-C stops, and keeps what is done; the same command goes on from there. Exit status: 0 where all pages are made,
    1 where some have failed or are not made yet, 2 for a wrong call, or where there is nothing to make them of.
    """
    from nbgrader.converters import NbGraderException

    from nbjudge.parallel.command import WrongCall
    from nbjudge.parallel.feedback import feedback

    arguments = _nbgraders(lesson, force, student=student, notebook=notebook, db=db, course_dir=course_dir)
    try:
        pages = feedback(arguments, workers, errors, quiet)
    except WrongCall as error:
        _usage(str(error))
    except NbGraderException:  # the log has said why
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(1) from None
    if not quiet:
        errors.print(pages.in_words(), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if pages.complete else 1)


def _nbgraders(lesson: list[str], force: bool, **options: str) -> list[str]:
    """The arguments by which nbgrader's own command is called."""
    named = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value]
    return [*lesson, *named, *["--force"] * force]


@course_app.command("new")
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty directory, outside the course.")],
) -> None:
    """Make a directory for a class: a copy of this course, with an empty gradebook.

    What learners hand in, and what is graded, lives there; the course stays as it is. Copied are the configuration,
    the sources, the checks, the known mistakes, the alternatives and the artifacts: the directory needs nothing more
    of the course, and may be moved. Another class gets another directory.

    Exit status: 0 where it was made, 2 for a wrong call.
    """
    from nbjudge.errors import CourseError
    from nbjudge.new_course import new_course

    course = _course()
    try:
        with Progress(console=errors, transient=True) as progress:
            made = new_course(course, directory, partial(_show, progress, progress.add_task("copying", total=None)))
    except CourseError as error:
        _usage(str(error))
    lessons = list(made.lessons)
    typer.echo(f"{directory}: made, with lessons ({len(lessons)}), checks, and an empty gradebook. Next:")
    typer.echo(f"  cd {shlex.quote(str(directory))}\n  nbgrader generate_assignment {lessons[0]}")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what this machine offers for grading, and what is missing, with the mend.

    Every limit and every wall of the sandbox is proved by a probe that tries to break it. Exit status: 0 where all
    hold, 1 where one does not, 2 where the system can have none.
    """
    elsewhere = why_not_graded_here()
    if elsewhere:
        _usage(elsewhere)
    from nbjudge.kernels.probes.doctor import probes

    with console.status("probing the sandbox") if not as_json else nullcontext():
        found = probes()
    if as_json:
        typer.echo(json.dumps([asdict(probe) for probe in found], indent=2))
    else:
        table = Table("what", "holds", "how, or what to do", title="nbjudge doctor")
        for probe in found:
            mark = "[green]yes[/]" if probe.holds else "[red]no[/]"
            table.add_row(probe.name, mark, escape(probe.how if probe.holds else f"{probe.detail} {probe.mend}"))
        console.print(table)
    raise typer.Exit(0 if all(probe.holds for probe in found) else 1)


def _print_audit(results: list[Audit]) -> None:
    table = Table(
        Column("exercise", no_wrap=True),
        *("reference", "caught", "accepted", "named", "kept", "checks failed", "pass first tests"),
        title="Audit of the checks",
    )
    for result in results:
        data = result.as_json()
        shares = [
            (data[kind][good], data[kind]["total"])
            for kind, good in (("mistakes", "caught"), ("alternatives", "accepted"), ("named", "right"))
        ]
        passes = "[green]passes[/]" if result.reference_passes else "[red]fails[/]"
        table.add_row(result.exercise, passes, *(_share(*share) for share in shares), *_price(result.prices.values()))
    if len(results) > 1:
        everything = [price for result in results for price in result.prices.values()]
        table.add_row("all", *[""] * 4, *_price(everything))
    console.print(table)
    console.print("kept: the share of the points that a known mistake keeps; medians of all mistakes", style="dim")
    for result in results:
        for kind, names in (
            ("missed", result.missed),
            ("refused", result.refused),
            ("a later exercise is needed by the given", result.entangled),
            ("the first tests pass a fundamental mistake,", result.unseen),
            ("more than half of the points, and no FUNDAMENTAL that says why:", result.unmarked),
        ):
            for name in names:
                console.print(f"{result.exercise}: {kind} {name}", style="red")
        for name, called in result.wrong.items():
            console.print(f"{result.exercise}: {name} was named {called or 'nothing'}", style="yellow")


def _price(prices: Collection[Price]) -> list[str]:
    """What known mistakes cost, for the last columns of the table."""
    if not prices:
        return [""] * 3
    kept, failed = median(price.kept for price in prices), median(price.checks_failed for price in prices)
    seen = sum(price.passes_first_tests for price in prices)
    return [f"{kept:.2f}", f"{failed:g}", f"{seen} / {len(prices)}"]


def _print_mutants(scores: list[MutationScore]) -> None:
    table = Table(
        "exercise", "mutants", "caught", "equivalent", "survivors", title="Mutants of the reference solutions"
    )
    for score in scores:
        counts = (score.total, score.caught, len(score.equivalent), len(score.survivors))
        table.add_row(score.exercise, *map(str, counts), style="green" if score.holds else "red")
    console.print(table)
    for score in scores:
        for mutant in score.survivors:
            _print_change(f"{score.exercise}: {mutant.where or 'the cell'}", mutant.was, mutant.now)
        for record, why in score.stale.items():
            _print_change(f"{score.exercise}: stale, since {why}: {record.where}", record.was, record.now)


def _print_change(title: str, was: str, now: str) -> None:
    lines = [f"{sign}{line}" for sign, text in (("-", was), ("+", now)) for line in text.splitlines()]
    console.print("\n".join([title, *lines]), markup=False, highlight=False, soft_wrap=True)


def _share(part: int, whole: int) -> str:
    return f"[{'green' if part == whole else 'red'}]{part} / {whole}[/]"


if __name__ == "__main__":
    app()
