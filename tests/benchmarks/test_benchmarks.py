"""The benchmark runs, and compares two graders that give the same scores."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_benchmark(tmp_path):
    output = tmp_path / "results.json"
    command = [sys.executable, "benchmarks/run.py", "4", "--output", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(output.read_text())
    assert [(run["who"], run["submissions"]) for run in found["runs"][:2]] == [("stock", 4), ("ours", 4)]
    # Far below what is measured on a quiet machine. The wall is no measure here: tests run beside this one.
    assert found["ratios"]["cpu"] > 3


def test_the_grader_does_not_grow(tmp_path):
    output = tmp_path / "growth.json"
    command = [sys.executable, "benchmarks/growth.py", "24", "--output", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(output.read_text())
    assert found["memory"][3] < 1.1 * found["memory"][1]
    # What one moment's work holds open differs by two or three; one more for every submission would make it twelve.
    assert found["descriptors"][3] <= found["descriptors"][1] + 4


def test_a_class_takes_as_long_as_whoever_has_most_to_do(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    from model import Model

    model = Model(start=3.0, worker=0.5, worker_cpu=0.5, driver=0.1, sent=1000.0)
    assert model.seconds(100, workers=1) == pytest.approx(3 + 50)
    assert model.seconds(100, workers=200) == pytest.approx(3 + 10)  # the driver's
    assert model.seconds(100, workers=200, drivers=100) == pytest.approx(3 + 0.25)
    assert model.seconds(100, workers=2, cores=2) == pytest.approx(3 + 30)  # the driver takes a share of theirs


def test_too_few_submissions_are_refused():
    done = subprocess.run([sys.executable, "benchmarks/run.py", "2"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "at least 3" in done.stderr
