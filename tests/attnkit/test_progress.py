"""The map of the course, and how far a learner is."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import attnkit
import pytest
from attnkit import _progress
from attnkit._lessons import LESSONS


@pytest.fixture
def lesson(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "04_layer_normalization"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_points_are_kept_above_the_lesson(lesson):
    _progress.note("layer_norm", 2, 3)
    _progress.note("gelu", 1, 1)
    _progress.note("layer_norm", 3, 3)
    kept = json.loads((lesson.parent / "progress.json").read_text())
    assert kept["points"] == {"layer_norm": [3, 3], "gelu": [1, 1]}
    assert [path.name for path in lesson.parent.iterdir() if path.is_file()] == ["progress.json"]


def test_states(lesson):
    for name in ("layer_norm", "layer_norm_module", "add_and_norm"):
        _progress.note(name, 3, 3)
    _progress.note("gelu", 0, 1)
    found = _progress.read(_progress.folder())
    states = {one.number: found.of(one) for one in LESSONS}
    assert states["04"] == _progress.FULL
    assert states["05"] == _progress.PARTIAL
    assert states["06"] == _progress.OPEN


@pytest.mark.parametrize("text", ["", "[]", '{"points": 3, "course": ""}', '{"points": {"a": [1]}, "course": ""}'])
def test_a_damaged_file_begins_anew(lesson, text):
    (lesson.parent / "progress.json").write_text(text)
    assert _progress.read(_progress.folder()).points == {}
    _progress.note("gelu", 1, 1)
    assert _progress.read(_progress.folder()).points == {"gelu": (1, 1)}


def test_where_nothing_can_be_written_nothing_is_said(lesson):
    (lesson.parent / "progress.json").mkdir()
    _progress.note("gelu", 1, 1)


def test_the_map_says_in_words_what_it_shows(lesson):
    _progress.note("layer_norm", 2, 3)
    picture = attnkit.course_map(here="04")
    assert "04 Layer normalization (you are here): layer_norm 2 of 3 points, layer_norm_module not begun" in picture.alt
    for one in LESSONS:
        assert f"{one.number} {one.title}" in picture.alt
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # as for a sign that the font lacks
        assert picture.png().startswith(b"\x89PNG")


def test_an_unknown_lesson(lesson):
    with pytest.raises(ValueError, match="there is no lesson '4'; lessons are 01, 02"):
        attnkit.course_map("4")


def test_progress_is_a_text_and_a_picture(lesson, capsys):
    _progress.note("train", 6, 6)
    picture = attnkit.progress()
    assert (
        "11 The Transformer: transformer not begun, greedy_decode not begun, train 6 of 6 points."
        in capsys.readouterr().out
    )
    assert "train 6 of 6 points" in picture.alt


def test_neither_is_drawn_while_nobody_looks(lesson, nobody_looks, monkeypatch, request):
    monkeypatch.setenv("NBGRADER_EXECUTION", request.node.callspec.params["nobody_looks"])
    assert attnkit.course_map("01") is None
