"""README's page for instructors, followed literally: in a fresh clone, with a class of four who hand in by two ways."""

from __future__ import annotations

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbjudge import Course
from submissions import Lesson

ROOT = Path(__file__).resolve().parents[2]
COURSE, LESSON = "attention_to_softmax", "01_scaled_dot_product_attention"
OF_CANVAS = {"blaise": f"blaise_1842_93015_{LESSON}.ipynb", "dorothy": f"dorothy_LATE_1843_93016_{LESSON}-2.ipynb"}


def page() -> list[str]:
    """The shell blocks of the page, in their order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [section] = re.findall(r"^## For instructors\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class Terminal:
    """A shell in which one block is run after the other, as a person types them; one that fails ends the test."""

    END = "--- the block has ended ---"

    def __init__(self, folder: Path, environment: dict[str, str]):
        pipe = subprocess.PIPE
        streams = {"stdin": pipe, "stdout": pipe, "stderr": subprocess.STDOUT}
        self._shell = subprocess.Popen(["bash", "-e"], cwd=folder, env=environment, text=True, **streams)

    def run(self, block: str) -> None:
        self._shell.stdin.write(f"{{\n{block}\n}} < /dev/null\necho '{self.END}'\n")
        self._shell.stdin.flush()
        said = []
        for line in self._shell.stdout:
            if line.strip() == self.END:
                return
            said.append(line)
        pytest.fail(f"{block}\n{''.join(said)}", pytrace=False)

    def close(self) -> None:
        self._shell.communicate()


class Place:
    """A machine with a fresh clone, on which `make setup` was run, and an exchange."""

    def __init__(self, root: Path):
        self.root = root
        self.clone, self.exchange = root / "clone", root / "exchange"
        self.course = root / "my_class"  # as the page names it

    def make(self) -> None:
        for name in ("packages", "release", "source", "tests"):
            shutil.copytree(ROOT / name, self.clone / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        for name in ("Makefile", "README.md", "constraints.txt", "nbgrader_config.py", "pyproject.toml"):
            shutil.copy2(ROOT / name, self.clone)
        environment = self.clone / ".venv/bin"
        environment.mkdir(parents=True)
        (environment / "activate").write_text(f'export PATH="{Path(sys.executable).parent}:$PATH"\n')
        (self.clone / ".venv/.done").touch()
        (self.root / "jupyter").mkdir()
        (self.root / "jupyter/nbgrader_config.json").write_text(json.dumps({"Exchange": {"root": str(self.exchange)}}))

    def environment(self) -> dict[str, str]:
        """What a new terminal has: no virtual environment, and the exchange as the machine's owner has set it."""
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        return {**kept, "PATH": os.defpath, "JUPYTER_CONFIG_DIR": str(self.root / "jupyter")}

    def files(self) -> set[str]:
        return {str(path.relative_to(self.clone)) for path in self.clone.rglob("*") if path.is_file()}

    def learner(self, student: str, *command: str) -> Path:
        """Run a command of nbgrader's as a learner does, in a folder of their own, which is returned."""
        home = self.root / "learners" / student
        home.mkdir(parents=True, exist_ok=True)
        whose = ["--course", COURSE, "--student", student, f"--Exchange.cache={home / 'cache'}"]
        command = (sys.executable, "-m", "nbgrader", command[0], LESSON, *whose)
        subprocess.run(command, cwd=home, env=self.environment(), check=True, capture_output=True)
        return home


def hand_in(place: Place) -> None:
    """Ada and Carl hand in by the exchange, Blaise and Dorothy by Canvas; Ada's and Blaise's work is right."""
    fetched = place.learner("ada", "fetch_assignment")
    lesson = Lesson(Course(place.course), LESSON, fetched)
    right, wrong = lesson.notebook(lesson.right()), lesson.notebook(lesson.mistaken(0, 1))
    for student, notebook in (("ada", right), ("carl", wrong)):
        folder = place.root / "learners" / student / LESSON
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{LESSON}.ipynb")
        place.learner(student, "submit")
    archive = place.course / "downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w") as file:
        for student, notebook in (("blaise", right), ("dorothy", wrong)):
            file.writestr(OF_CANVAS[student], nbformat.writes(notebook))


def text_of(page: Path) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))).split())


def check_scores(place: Place) -> None:
    with (place.course / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file) if row["assignment"] == LESSON}
    assert rows.keys() == {"ada", "blaise", "carl", "dorothy"}
    scores = {student: float(row["score"]) for student, row in rows.items()}
    most = float(rows["ada"]["max_score"])
    assert scores["ada"] == scores["blaise"] == most
    assert 0 < scores["carl"] == scores["dorothy"] < most


def check_feedback(place: Place) -> None:
    pages = {path.parts[-3]: path for path in place.course.glob(f"feedback/*/{LESSON}/{LESSON}.html")}
    assert pages.keys() == {"ada", "blaise", "carl", "dorothy"}
    advice = Course(ROOT).exercise("scaled_dot_product_attention").mistakes[0].advice
    first = " ".join(advice.split())[:60].replace("`", "")
    for student, its_page in pages.items():
        assert (first in text_of(its_page)) == (student in ("carl", "dorothy"))
    released = {path.read_bytes() for path in (place.exchange / COURSE / "feedback").glob("*.html")}
    assert released == {path.read_bytes() for path in pages.values()}
    [fetched] = (place.learner("carl", "fetch_feedback") / LESSON / "feedback").glob(f"*/{LESSON}.html")
    assert fetched.read_bytes() == pages["carl"].read_bytes()


def test_the_page_works_as_written(tmp_path):
    place = Place(tmp_path)
    place.make()
    before = place.files()
    with closing(Terminal(place.clone, place.environment())) as terminal:
        for block in page():
            if "nbgrader collect" in block:
                hand_in(place)
            terminal.run(block)
        # What the page for authors says, in the same terminal, and so in the class.
        terminal.run("nbjudge audit attention_scores")
        terminal.run("nbjudge check attention_scores tests/alternatives/attention_scores/*.py")
    assert place.files() == before
    check_scores(place)
    check_feedback(place)
