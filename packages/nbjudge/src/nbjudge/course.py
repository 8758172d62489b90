"""What a course holds: its exercises, their reference solutions, known mistakes and accepted alternatives."""

from __future__ import annotations

import ast
import glob
import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from nbjudge.errors import CourseError
from nbjudge.given import Given
from nbjudge.settings import NBJudge, find_root, load
from nbjudge.source_text import outside_hidden, plain_python

_GRADIENT = re.compile(r"gradient|backward|requires_grad|\bgrads?\b")
_JUDGE_LINE = re.compile(r"^\s*judge\(\s*[\"'](\w+)[\"'](?:\s*,\s*([^\W\d]\w*)\s*\))?", re.MULTILINE)


@dataclass(frozen=True)
class JudgeLine:
    """The hidden line of a grading cell: `judge("exercise", expression)`."""

    exercise: str
    expression: str


@lru_cache(maxsize=256)  # samples are read again and again
def _tree_of(source: str, name: str) -> ast.Module:
    return ast.parse(source, name)


@dataclass(frozen=True)
class Sample:
    """A file of tests/mistakes or tests/alternatives; its docstring is the advice."""

    name: str
    path: Path

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def _tree(self) -> ast.Module:
        return _tree_of(self.source, self.path.name)

    def require_python(self) -> None:
        """Raises `CourseError` where nobody could run it."""
        try:
            self._tree  # noqa: B018 - which is made now
        except (OSError, SyntaxError, ValueError) as error:
            raise CourseError(f"{self.path}: is not Python ({error}); correct it, or remove it") from error

    @property
    def folder(self) -> Path | None:
        """What the sample hands in beside its code: a folder of its name, where there is one."""
        folder = self.path.with_suffix("")
        return folder if folder.is_dir() else None

    @property
    def advice(self) -> str:
        return ast.get_docstring(self._tree) or ""

    @property
    def fundamental(self) -> str:
        """Why this one slip may cost more than half of the points: the text of `FUNDAMENTAL = "…"`; else empty."""
        for node in self._tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id="FUNDAMENTAL")], value=ast.Constant(value=str(why))):
                    return why
        return ""


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise of a lesson, as its source notebook has it, and where its checks and samples are."""

    name: str
    lesson: str
    text_file: Path  # the source notebook that holds it
    expression: str
    points: float
    setup: str  # what stands above it: the instructor's locked cells (imports), and the earlier solutions
    solution: str
    stub: str  # what the learner is given in the place of the solution
    first_tests: str  # what a learner can run of the grading cell
    earlier_names: tuple[str, ...]  # what the lesson's exercises before this one define
    course: Course = field(repr=False)

    @property
    def check_file(self) -> Path:
        """The module of its checks. Raises `CourseError` where there is none."""
        path = self.course.root / self.course.settings.checks / f"test_{self.name}.py"
        if not path.is_file():
            raise CourseError(f"{path}: no such file; the checks of {self.name} belong there")
        return path

    @property
    def mistakes(self) -> list[Sample]:
        """Wrong solutions that people write. Raises `CourseError` for a file that is not Python."""
        return self._samples(self.course.settings.mistakes)

    @property
    def alternatives(self) -> list[Sample]:
        """Right solutions in other styles. Raises `CourseError` for a file that is not Python."""
        return self._samples(self.course.settings.alternatives)

    @property
    def artifacts(self) -> Path:
        """The folder of what the reference solution hands in beside its code."""
        return self.course.root / self.course.settings.artifacts / self.name

    def _samples(self, directory: str) -> list[Sample]:
        samples = [Sample(path.stem, path) for path in sorted((self.course.root / directory / self.name).glob("*.py"))]
        for sample in samples:
            sample.require_python()
        return samples


def judge_line(source: str, where: str = "a grading cell") -> JudgeLine | None:
    """The `judge(...)` line of a grading cell's source, or None. Raises `CourseError` for two of them."""
    if "judge(" not in source:
        return None
    try:
        tree = ast.parse(plain_python(source))
    except SyntaxError as error:
        raise CourseError(f"{where}: the cell with judge(...) is not Python: {error}") from error
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "judge"
    ]
    if not calls:
        return None
    if len(calls) > 1:
        raise CourseError(f"{where}: holds more than one judge(...); give every exercise a grading cell of its own")
    call = calls[0]
    if len(call.args) != 2 or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
        raise CourseError(f'{where}: write judge("exercise", object)')
    return JudgeLine(call.args[0].value, ast.unparse(call.args[1]))


def source_pattern(directory: CourseDirectory) -> str:
    """Where the folders of the lessons are, below the course directory, as nbgrader's settings have it."""
    pattern: str = directory.directory_structure
    return pattern.format(nbgrader_step=directory.source_directory, student_id=".", assignment_id="*")


def text_of(notebook: Path) -> Path | None:
    """The Markdown that a source notebook is made of by Jupytext, beside it; None where there is none."""
    text = notebook.with_suffix(".md")
    try:
        with text.open(encoding="utf-8") as file:
            return text if "jupytext" in file.read(2000) else None
    except FileNotFoundError:
        return None


class _Place(NamedTuple):
    """Where an exercise is: its lesson, the notebook, and the name that it asks for; "" where that is no name."""

    lesson: str
    path: Path
    name: str


class Course:
    """A course directory and its settings.

    `root` is any folder inside it, by default the current one. Raises `CourseError` where there is no course. Whoever
    knows the settings already, as nbgrader's commands do, gives them, with the folders of the lessons as a pattern
    (`sources`) below exactly this root.
    """

    def __init__(self, root: Path | None = None, settings: NBJudge | None = None, sources: str = ""):
        if settings is None:
            self.root = find_root(root)
            config = load(self.root)
            settings, sources = NBJudge(config=config), source_pattern(CourseDirectory(config=config))
        else:
            self.root = Path(root or ".").resolve()
        self.settings, self._sources = settings, sources
        self._read: dict[Path, dict[str, Exercise]] = {}  # exercises by notebook, as far as they were asked for

    def patient(self) -> Course:
        """The same course, with ten times as long for cells and checks: no slow machine shall make right samples wrong."""
        longer = {name: 10 * getattr(self.settings, name) for name in ("cell_seconds", "check_seconds")}
        values = {**self.settings.trait_values(config=True), **longer}
        return Course(self.root, NBJudge(config=self.settings.config, **values), self._sources)

    @cached_property
    def lessons(self) -> dict[str, list[Path]]:
        """Source notebooks by lesson: of each the Markdown text where there is one, else the notebook itself."""
        found: dict[str, list[Path]] = {}
        for folder in map(Path, sorted(glob.glob(str(self.root / self._sources)))):
            notebooks = sorted(folder.glob("*.ipynb"))
            if not notebooks:  # they were not made of their texts yet
                notebooks = [path.with_suffix(".ipynb") for path in sorted(folder.glob("*.md")) if text_of(path)]
            if notebooks:
                found[folder.name] = [text_of(path) or path for path in notebooks]
        return found

    @cached_property
    def lesson_of(self) -> dict[str, str]:
        """The lesson of every exercise, in the order of the course."""
        return {name: place.lesson for name, place in self._places.items()}

    @cached_property
    def given(self) -> Given | None:
        """The source of the given module, where the course has one. Raises `CourseError` where it cannot be read."""
        return Given.find(self.settings.given) if self.settings.given else None

    def trains(self, lesson: str) -> bool:
        """Whether a lesson names an optimiser of torch's."""
        return any("torch.optim" in path.read_text(encoding="utf-8") for path in self.lessons.get(lesson, []))

    def exercises_of(self, lesson: str) -> list[str]:
        """The exercises of a lesson; none where it has plain tests alone."""
        return [name for name, where in self.lesson_of.items() if where == lesson]

    def differentiates(self, lesson: str) -> bool:
        """Whether a lesson has exercises, and it or a check of theirs names a gradient."""
        exercises = self.exercises_of(lesson)
        checks = [self.root / self.settings.checks / f"test_{name}.py" for name in exercises]
        files = [*self.lessons.get(lesson, []), *(path for path in checks if path.is_file())]
        return bool(exercises) and any(_GRADIENT.search(path.read_text(encoding="utf-8")) for path in files)

    def names_from(self, exercise: str) -> tuple[str, ...]:
        """The names that `exercise` and those after it ask for: nothing that is given may stand for them."""
        return self._names(list(self._places).index(exercise))

    def names_after(self, exercise: str) -> tuple[str, ...]:
        """The names that the exercises after `exercise` ask for."""
        return self._names(list(self._places).index(exercise) + 1)

    def names_since(self, lesson: str) -> tuple[str, ...]:
        """The names that the exercises of `lesson`, and of all lessons after it, ask for."""
        earlier = sum(place.lesson < lesson for place in self._places.values())
        return self._names(earlier)

    def _names(self, first: int) -> tuple[str, ...]:
        names = (place.name for place in list(self._places.values())[first:])
        return tuple(dict.fromkeys(name for name in names if name))

    @cached_property
    def _places(self) -> dict[str, _Place]:
        """Where every exercise is, in the order of the course."""
        found: dict[str, _Place] = {}
        for lesson, paths in self.lessons.items():
            for path in paths:
                text = path.read_text(encoding="utf-8")
                if path.suffix == ".ipynb":
                    text = text.replace('\\"', '"').replace('"judge(', "\njudge(")
                for exercise, name in _JUDGE_LINE.findall(text):
                    place = found.setdefault(exercise, _Place(lesson, path, name))
                    if (place.lesson, place.path) != (lesson, path):
                        raise CourseError(f"{path}: an exercise called {exercise} is in {place.path}, too; rename one")
        return found

    def exercise(self, name: str) -> Exercise:
        """The exercise called `name`. Raises `CourseError`, with what there is, for an unknown one."""
        if name not in self.lesson_of:
            raise CourseError(f"no exercise is called {name}; this course has: {', '.join(self.lesson_of) or 'none'}")
        place = self._places[name]
        if place.path not in self._read:
            self._read[place.path] = _exercises(self, place.lesson, place.path)
        return self._read[place.path][name]


@cache
def course_at(folder: Path) -> Course:
    """The course at or above `folder`; one per process, as its sources are read once."""
    return Course(folder)


def read_notebook(path: Path) -> NotebookNode:
    """A source notebook, from Markdown (MyST) or .ipynb."""
    import jupytext  # slow to import, and only wanted where a lesson is read

    notebook: NotebookNode = jupytext.read(path, fmt="md:myst" if path.suffix == ".md" else "ipynb")
    return notebook


def _exercises(course: Course, lesson: str, path: Path) -> dict[str, Exercise]:
    """The exercises of one lesson. A solution is every solution cell since the grading cell before."""
    found: dict[str, Exercise] = {}
    setup: list[str] = []
    solution: list[str] = []
    stub: list[str] = []
    for cell in read_notebook(path).cells:
        if cell.cell_type != "code":
            continue
        if utils.is_solution(cell):
            solution.append(cell.source)
            stub.append(clear_solution(cell, course.settings.config))
        elif utils.is_grade(cell):
            line = judge_line(cell.source, f"{path}, cell {cell.metadata.nbgrader.grade_id}")
            if line is not None:
                found[line.exercise] = Exercise(
                    name=line.exercise,
                    lesson=lesson,
                    text_file=path,
                    expression=line.expression,
                    points=float(cell.metadata.nbgrader.points),
                    setup="\n\n".join(setup),
                    solution="\n\n".join(solution),
                    stub="\n\n".join(stub),
                    first_tests=outside_hidden(cell.source, course.settings.hidden_delimiters),
                    earlier_names=tuple(e.expression for e in found.values() if e.expression.isidentifier()),
                    course=course,
                )
            setup += solution  # that of an exercise, or of none: later ones may build on it
            solution, stub = [], []
        elif utils.is_locked(cell):
            setup.append(cell.source)
    return found


def clear_solution(cell: NotebookNode, config: Config) -> str:
    """What a solution cell is released as, by the course's configuration."""
    clear = ClearSolutions(config=config)
    cleared, _ = clear.preprocess_cell(NotebookNode(cell), {"language": "python"}, 0)
    return str(cleared.source)
