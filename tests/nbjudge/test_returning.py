"""Feedback goes back to everybody by `nbgrader release_feedback`, whatever way the work came."""

from __future__ import annotations

from nbgrader.utils import notebook_hash
from toy import LESSON


def test_release_feedback_returns_what_came_without_a_date_and_a_secret(toy, tmp_path):
    secret = "0123456789abcdef" * 8
    for student in ("by_exchange", "by_zip", "odd"):
        toy.hand_in(student, toy.answered())
    toy.write(f"submitted/by_exchange/{LESSON}/timestamp.txt", "2026-11-26 03:02:36.186025 UTC")
    toy.write(f"submitted/by_exchange/{LESSON}/submission_secret.txt", secret)
    for name in ("submission_secret.txt/x", "page.html/x", f"{LESSON}.html/x", "own.html"):
        toy.write(f"submitted/odd/{LESSON}/{name}", "<script></script>")
    toy.autograde()
    toy.generate_feedback()

    exchange = f"--Exchange.root={tmp_path / 'exchange'}"
    (tmp_path / "exchange").mkdir()
    toy.run("nbgrader", "release_feedback", LESSON, "--course=toys", exchange)
    pages = {path.name: path.read_text() for path in (tmp_path / "exchange/toys/feedback").iterdir()}
    assert len(pages) == 3
    assert all("7 of 7 points" in page for page in pages.values())
    assert f"{notebook_hash(secret=secret, notebook_id=LESSON)}.html" in pages


def test_a_secret_that_is_no_text_is_replaced_by_one_that_nobody_knows(toy):
    for student, text in (("binary", b"\xff\xfe\x00"), ("empty", b""), ("endless", b"a" * 100_000)):
        toy.hand_in(student, toy.answered())
        toy.write(f"submitted/{student}/{LESSON}/submission_secret.txt", text)
    toy.autograde()
    toy.generate_feedback()
    texts = {path.read_text() for path in toy.root.glob(f"feedback/*/{LESSON}/submission_secret.txt")}
    assert sorted(map(len, texts)) == [128, 128, 128]
