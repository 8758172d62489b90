"""What is taken of a submission's folder, and what is left: nothing that lies outside is ever read."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from nbjudge.autograde.handed_in import copy_folder
from nbjudge.words import MIB
from toy import LESSON, ToyCourse

SECRET = "not to be read"


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """A folder of submissions, beside a secret."""
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "submitted/ann/toy").mkdir(parents=True)
    (tmp_path / "submitted/ann/toy/toy.ipynb").write_text("{}")
    return tmp_path / "submitted"


def taken(submitted: Path, student: str = "ann") -> tuple[dict[str, str], dict[str, str]]:
    """What of a student's folder was copied, as text by name, and what was left, with the reason."""
    target = submitted.parent / "copies" / student
    copied = copy_folder(submitted, (student, "toy"), target, MIB)
    files = [path for path in target.rglob("*") if path.is_file()]
    return {str(path.relative_to(target)): path.read_text() for path in files}, copied.left


def test_ordinary_files_are_taken_in_their_folders(submitted):
    (submitted / "ann/toy/data/more").mkdir(parents=True)
    (submitted / "ann/toy/data/more/plain.txt").write_text("x")
    files, left = taken(submitted)
    assert files == {"toy.ipynb": "{}", "data/more/plain.txt": "x"} and left == {}


def test_links_pipes_and_large_files_are_left_and_named(submitted):
    folder = submitted / "ann/toy"
    (folder / "link.txt").symlink_to(submitted.parent / "secret.txt")
    (folder / "up").symlink_to("../../..")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    with (folder / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    files, left = taken(submitted)
    assert files == {"toy.ipynb": "{}"}
    assert set(left) == {"link.txt", "up", "loop", "pipe", "sparse"}
    assert "more than 1 MiB" in left["sparse"]


def test_strange_names_and_deep_folders_are_left(submitted):
    folder = submitted / "ann/toy"
    (folder / "\x1b[31mred").write_text("x")
    (folder / "line\nbreak").write_text("x")
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff"))).write_text("x")
    (folder / ("n" * 255)).write_text("x")  # as long as Linux allows, and no reason to fail
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 100, dir_fd=deep)
        deep = os.open("d" * 100, os.O_RDONLY, dir_fd=deep)
    files, left = taken(submitted)
    assert set(files) == {"toy.ipynb", "n" * 255}
    assert len(left) == 4


def test_many_files_are_taken_up_to_a_number(submitted):
    for number in range(6000):
        (submitted / f"ann/toy/{number}").touch()
    files, left = taken(submitted)
    assert len(files) == 5000 and "more than 5000 files" in next(iter(left.values()))


@pytest.mark.parametrize("which", ["ann", "toy"])
def test_a_folder_that_is_a_link_is_not_followed(submitted, which):
    place = submitted / "ben" if which == "ann" else submitted / "ben/toy"
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(submitted / "ann" if which == "ann" else submitted / "ann/toy")
    with pytest.raises(OSError, match=r"."):
        taken(submitted, "ben")


def test_a_folder_that_becomes_a_link_while_it_is_read_gains_nothing(submitted):
    folder, stop = submitted / "ann/toy", threading.Event()
    (folder / "real").mkdir()
    (folder / "link").symlink_to(submitted.parent)

    def exchange() -> None:
        while not stop.is_set():
            for name in ("real", "link"):
                os.rename(folder / name, folder / "x")
                os.rename(folder / "x", folder / name)
            os.rename(folder / "real", folder / "y")
            os.rename(folder / "link", folder / "real")
            os.rename(folder / "y", folder / "link")

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        for number in range(300):
            copied = copy_folder(submitted, ("ann", "toy"), submitted.parent / f"copies/{number}", MIB)
            assert copied.files < 10
    finally:
        stop.set()
        thread.join()
    assert not any(path.name == "secret.txt" for path in (submitted.parent / "copies").rglob("*"))


def test_a_class_with_strange_folders_is_graded_to_the_end(toy: ToyCourse):
    for student in ("ann", "ben", "zoe"):
        toy.hand_in(student, toy.answered())
    toy.hand_in("line\nbreak", toy.answered())
    toy.hand_in("b*", toy.answered(double="def double(x):\n    return x + 2"))
    toy.hand_in(os.fsdecode(b"latin\xff"), toy.answered())
    toy.hand_in("\x1b]0;title\x07", toy.answered())
    (toy.root / "submitted/dan").symlink_to("ann")
    (toy.root / f"submitted/eva/{LESSON}").mkdir(parents=True)
    (toy.root / f"submitted/eva/{LESSON}/{LESSON}.ipynb").symlink_to(toy.root / f"source/{LESSON}/{LESSON}.ipynb")
    (toy.root / f"submitted/fay/{LESSON}").mkdir(parents=True)
    toy.hand_in("gus", toy.answered())
    (toy.root / f"submitted/gus/{LESSON}/{'n' * 255}").symlink_to(toy.root / "tests/checks/test_double.py")
    done = toy.autograde()
    full = {"double": 3.0, "quadruple": 4.0}
    outcomes = toy.outcomes()
    assert {name for name, outcome in outcomes.items() if outcome.scores == full} == {"ann", "ben", "zoe", "gus"}
    assert {name for name, outcome in outcomes.items() if outcome.needs_person} == {"dan", "eva", "fay"}
    assert done.stderr.count("is passed over") == 4 and "\x1b" not in done.stderr
    texts = [path.read_text() for path in (toy.root / "autograded").rglob("*") if path.is_file()]
    assert not any("@check" in text or "BEGIN SOLUTION" in text for text in texts)
    assert not list((toy.root / ".nbjudge").glob("handed-in-*"))


def test_a_newer_submission_is_graded_and_an_older_one_is_not(toy: ToyCourse):
    def hand_in(date: str, **answers: str) -> None:
        toy.hand_in("ann", toy.answered(**answers))
        toy.write(f"submitted/ann/{LESSON}/timestamp.txt", date)

    hand_in("2026-03-01 10:00:00 UTC", double="def double(x):\n    return x + 2")
    toy.autograde()
    hand_in("2026-03-01 10:00:00 UTC")
    assert "Skipping existing" in toy.autograde().stderr
    hand_in("2026-03-02 10:00:00 UTC")
    toy.autograde()
    assert toy.scores("ann") == {"double": 3.0, "quadruple": 4.0}


def test_a_timestamp_that_is_no_date_costs_nothing_and_is_said(toy: ToyCourse):
    for student, text in (("ann", "yesterday evening"), ("ben", "\xff\xfe"), ("dan", "")):
        toy.hand_in(student, toy.answered())
        toy.write(f"submitted/{student}/{LESSON}/timestamp.txt", text.encode("latin-1"))
    toy.hand_in("eva", toy.answered())
    (toy.root / f"submitted/eva/{LESSON}/timestamp.txt").mkdir()
    (toy.root / f"submitted/eva/{LESSON}/timestamp.txt/x").touch()
    log = toy.autograde().stderr
    for student in ("ann", "ben", "dan", "eva"):
        assert toy.scores(student) == {"double": 3.0, "quadruple": 4.0}
    assert log.count("holds no date") >= 2
