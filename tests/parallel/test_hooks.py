"""An instructor's own hook that changes what was handed in: what counts is what it has made of that."""

from __future__ import annotations

from toy import LESSON

from .school import WRONG, School, rows

HOOK = """
from pathlib import Path


def mend(assignment, student, notebooks):
    for path in map(Path, notebooks):
        path.write_text(path.read_text().replace("x + 2", "2 * x"))
        path.with_name("from_the_hook.txt").write_text("was here")


c.Autograde.pre_convert_hook = mend
"""
COUNT = """
from multiprocessing import active_children
from pathlib import Path


def count(assignment, student, notebooks):
    Path("workers").write_text(str(len(active_children())))


c.Autograde.pre_convert_hook = count
"""


def test_what_a_hook_changes_is_graded_as_it_has_become(school, tmp_path):
    school.write("nbgrader_config.py", school.config + HOOK)
    school.hand_in("mended", school.answered(double=WRONG))
    school.hand_in("right", school.answered())
    link = tmp_path / "link"
    link.symlink_to(school.root, target_is_directory=True)
    said = School(link).nbjudge("--workers", "1", "--log-level=INFO")
    assert "what is asked now is not what it was sent" in said
    scores = {name: one.scores for name, one in school.outcomes().items()}
    assert scores["mended"] == scores["right"] == {"double": 3.0, "quadruple": 4.0, "essay": None}
    assert (school.root / f"autograded/mended/{LESSON}/from_the_hook.txt").read_text() == "was here"


def test_what_is_not_to_be_run_is_not_run_by_one_worker_for_one_student(school):
    school.write("nbgrader_config.py", school.config + COUNT)
    school.hand_in("right", school.answered())
    said = school.nbjudge("--no-execute", "--workers", "3", ok=False)
    assert (school.root / "workers").read_text() == "1"
    assert "left to a person: right" in said
    assert school.needs_person("right") and "as --no-execute asks" in school.comments("right")
    before = rows(school.root / "gradebook.db")
    assert "0 graded" in school.nbjudge() and rows(school.root / "gradebook.db") == before
