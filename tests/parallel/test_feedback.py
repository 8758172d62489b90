"""`nbjudge feedback` beside `nbgrader generate_feedback`: the same pages, whoever fails or dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from patience import until
from toy import LESSON

from .school import WRONG, School, files, mark

KILL = """
import os
import signal


def kill(assignment, student, notebooks):
    if "late" in notebooks[0]:
        os.kill(os.getpid(), signal.SIGKILL)


c.GenerateFeedback.post_convert_hook = kill
"""
WAIT = """
import time
from pathlib import Path


def wait(assignment, student, notebooks):
    Path("waiting").touch()
    while not Path("go").exists():
        time.sleep(0.02)


c.GenerateFeedback.pre_convert_hook = wait
"""
ALL = {"late", "marked", "right", "wrong"}


@pytest.fixture(scope="module")
def graded(released: School, tmp_path_factory: pytest.TempPathFactory) -> School:
    school = released.copy(tmp_path_factory.mktemp("graded") / "course")
    for student, answers in {"late": {}, "marked": {"double": WRONG}, "right": {}, "wrong": {"double": WRONG}}.items():
        school.hand_in(student, school.answered(**answers))
    school.write(f"submitted/late/{LESSON}/timestamp.txt", "2026-01-04 12:00:00 UTC\n")
    school.write(f"submitted/right/{LESSON}/more/beside.txt", "copied to the page")
    with school.gradebook() as gradebook:
        mark(gradebook, LESSON)
    school.nbjudge(ok=None)
    return school


@pytest.fixture
def school(graded: School, tmp_path: Path) -> School:
    return graded.copy(tmp_path / "course")


def feedback(school: School, *options: str, code: int = 0) -> str:
    """Make the pages; returns what was said."""
    done = school.run("nbjudge.cli", "feedback", LESSON, *options, ok=None)
    print(done.stdout + done.stderr)
    assert done.returncode == code
    return done.stderr


def pages(school: School) -> dict[str, bytes]:
    """All files, but for what is drawn at random."""
    return {name: text for name, text in files(school.root / "feedback").items() if "secret" not in name}


def whose(school: School) -> set[str]:
    return {page.parts[-3] for page in (school.root / "feedback").glob(f"*/{LESSON}/{LESSON}.html")}


def test_the_same_pages_and_none_is_made_twice(school, tmp_path):
    stock = school.copy(tmp_path / "stock")
    stock.generate_feedback()
    assert "feedback for 4 made" in feedback(school, "--workers", "2")
    assert pages(school) == pages(stock) and whose(school) == ALL

    before = times(school)
    assert "0 made" in feedback(school) and times(school) == before
    feedback(school, "--force", "--student", "wrong", "--notebook", "t*", "--quiet")
    assert {name.partition("/")[0] for name, when in times(school).items() if when != before.get(name)} == {"wrong"}
    assert pages(school) == pages(stock)


def times(school: School) -> dict[str, int]:
    folder = school.root / "feedback"
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_who_dies_or_cannot_be_read_takes_nobody_else_along(school):
    school.write("nbgrader_config.py", school.config + KILL)
    notebook = school.root / f"autograded/marked/{LESSON}/{LESSON}.ipynb"
    text = notebook.read_bytes()
    notebook.chmod(0o644)
    notebook.write_text("no notebook")
    said = feedback(school, "--workers", "1", code=1)
    assert "late: whoever made the feedback was killed by signal 9" in said
    assert "marked: the feedback could not be made" in said
    assert "feedback for 2 made" in said and "for 2 failed" in said
    assert whose(school) == {"right", "wrong"}

    notebook.write_bytes(text)
    school.write("nbgrader_config.py", school.config)
    assert "feedback for 2 made" in feedback(school) and whose(school) == ALL


def test_control_c_leaves_whole_pages_and_the_same_command_goes_on(school):
    school.write("nbgrader_config.py", school.config + WAIT)
    process = subprocess.Popen(
        school.command("nbjudge.cli", "feedback", LESSON, "--workers", "1"),
        cwd=school.root,
        env=school.environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert until((school.root / "waiting").exists)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    school.write("go", "")
    _, said = process.communicate()
    print(said)
    assert process.returncode == 1
    assert "feedback for 1 made" in said and "for 3 not made yet" in said
    assert whose(school) == {"late"}
    assert "feedback for 3 made" in feedback(school) and whose(school) == ALL


def test_a_call_that_cannot_be_followed_ends_with_2(school):
    (school.root / "autograded").rename(school.root / "elsewhere")
    assert "No notebooks were matched" in feedback(school, code=2)
    assert "one lesson at a time" in feedback(school, "another", code=2)
