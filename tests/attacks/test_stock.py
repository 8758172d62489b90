"""What the same attacks do to stock nbgrader, as far as it is safe to see: the reason for the judge.

Should one of these change with a new nbgrader, the list of known attacks wants a new look.
"""

from __future__ import annotations

from . import stock
from .course import STALE

FULL = {"strips_asserts", "lying_kernel", "lying_float", "empty", "shows_a_score"}
OLD_SCORE_KEPT = {"grading_cells_gone", "own_grading_cell", "exits", "invalid_json", "empty_file", "no_notebook"}


def test_stock_nbgrader_believes_what_a_kernel_says(tmp_path, record_property):
    seen = stock.run(tmp_path)
    record_property("stock", {attack.name: seen[attack.name].words for attack in stock.attacks()})
    assert seen["right"].score == stock.POINTS
    assert seen["plain"].score == 0
    assert {name for name in stock.SAFE if seen[name].score == stock.POINTS} == FULL
    assert {name for name in stock.SAFE if seen[name].score == STALE} == OLD_SCORE_KEPT
    assert seen["hides_tracebacks"].score == 0
    # And its feedback shows hidden tests, and runs scripts.
    assert stock.hidden_shown(seen["plain"])
    assert "<script>document.title" in seen["script_in_cells"].feedback
