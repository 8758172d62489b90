"""A loop is not waited for as long as a clock would allow: the reference solution shows how long is enough."""

from __future__ import annotations

import json

from nbjudge.patience import FACTOR, Allowance
from toy import EXERCISES, ToyCourse

RIGHT = EXERCISES["double"].answer
COMPUTES = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end:\n    pass\n"
ENOUGH = "where the reference takes"


def test_as_long_as_the_reference_times_a_factor_and_never_less_than_the_least():
    asked = []
    allowance = Allowance(3.0, lambda: asked.append("once more") or 0.1)
    assert allowance.why_enough(2.9) == "" and not asked
    assert allowance.why_enough(0.1 * FACTOR - 0.01) == ""
    assert allowance.why_enough(0.1 * FACTOR) == "5 seconds of computing, where the reference takes 0.1"
    assert Allowance(3.0, lambda: None).why_enough(1e9) == ""


def test_loops_end_soon_and_who_only_computes_much_or_waits_is_let(tmp_path):
    course = ToyCourse(tmp_path)
    course.config += "c.NBJudge.cell_seconds = c.NBJudge.check_seconds = c.NBJudge.submission_seconds = 3000\n"
    course.make()
    course.hand_in("in_a_cell", json.dumps(course.answered(double=f"{RIGHT}\n\nwhile True:\n    pass")))
    course.hand_in("in_a_call", json.dumps(course.answered(double="def double(x):\n    while True:\n        pass")))
    slow = COMPUTES.format(seconds=1.5) + "time.sleep(4)\n" + RIGHT
    course.hand_in("slow", json.dumps(course.answered(double=slow)))
    course.autograde()  # which would take hours
    outcomes = course.outcomes()
    full = {"double": 3.0, "quadruple": 4.0}
    assert outcomes["slow"].scores == full and ENOUGH not in json.dumps(course.graded("slow"))
    assert outcomes["in_a_cell"].scores == full  # the loop stands after the answer
    assert f"The cell double did not end within 3 seconds of computing, {ENOUGH} 0.01" in json.dumps(
        course.graded("in_a_cell")
    )
    assert outcomes["in_a_call"].scores == {"double": 0.0, "quadruple": 4.0}
    assert f"no answer within 2 seconds of computing, {ENOUGH}" in json.dumps(course.graded("in_a_call"))
