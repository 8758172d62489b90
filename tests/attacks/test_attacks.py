"""Hostile submissions, graded by the real `nbgrader autograde` in its sandbox, with honest people among them.

For each: no mark is gained compared with the same wrong code without the attack (but for what `word` states); the
neighbours are graded as if alone; nothing outside is read, changed or reached; nothing is left behind; and the
submission ends with a score, or with a reason why a person must look, never with a score from long ago.
"""

from __future__ import annotations

import pytest

from . import conversation, given, handed_in, machine, outside, verdict, word
from .batch import grade
from .conftest import ROWS

# Few batches: each pays for nbgrader's start, twice. The longest comes first.
BATCHES = {
    "conversation": conversation.ATTACKS,
    "outside and machine": outside.ATTACKS + machine.ATTACKS,
    "handed in": handed_in.ATTACKS,
    "verdict": verdict.ATTACKS + word.ATTACKS,
    "given": given.ATTACKS,
}


def test_every_known_row_is_tried_and_twenty_more():
    attacks = [attack for batch in BATCHES.values() for attack in batch]
    names = [attack.name for attack in attacks]
    assert len(names) == len(set(names))
    assert {f"A{number}" for number in range(1, 29)} <= {attack.rows for attack in attacks}
    assert sum(attack.rows == "own" for attack in attacks) >= 20


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", BATCHES)
def test_attacks_gain_nothing_and_hurt_nobody(batch, new_course, record_property):
    report = grade(new_course(), BATCHES[batch], allowed=word.MOST)
    record_property(ROWS, report.rows)
    assert not report.failures, "\n".join(report.failures)
