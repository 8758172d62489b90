"""A process that grades again and again, as the formgrader's does: no run is in the way of the next, and none stays."""

from __future__ import annotations

AS_FORMGRADER = """
import psutil
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

application = NbGrader()
application.initialize([])
api = NbGraderAPI(application.coursedir, parent=application)
for create in (False, True, True):
    print(api.autograde("toy", "right", create=create)["success"])
print(len(psutil.Process().children()))
"""


def test_a_run_that_fails_holds_no_lock_and_one_that_is_over_keeps_no_grader(toy):
    toy.write("as_formgrader.py", AS_FORMGRADER)
    toy.hand_in("right", toy.answered())
    done = toy.run("as_formgrader")
    # The gradebook does not know the student at first.
    assert done.stdout.split() == ["False", "True", "True", "0"]
    assert toy.scores("right") == {"double": 3.0, "quadruple": 4.0}


MENDING = """
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

application = NbGrader()
application.initialize([])
api = NbGraderAPI(application.coursedir, parent=application)
checks = Path("tests/checks/test_double.py")
right = checks.read_text()
wrong = '@check(points=1, says="nobody passes this")\\ndef test_too_much(student):\\n    assert False\\n'
for text in (f"{right}\\n\\n{wrong}", right):
    checks.write_text(text)
    assert api.autograde("toy", "right", create=True)["success"]
    with Gradebook("sqlite:///gradebook.db") as gradebook:
        print(gradebook.find_grade("test_double", "toy", "toy", "right").auto_score)
"""


def test_checks_that_were_mended_meanwhile_are_taken_up(toy):
    toy.write("mending.py", MENDING)
    toy.hand_in("right", toy.answered())
    before, after = map(float, toy.run("mending").stdout.split())
    assert before < after == 3.0
