"""Little input that would cost the grader gigabytes or minutes: the batch goes on, and nobody else is touched."""

from __future__ import annotations

import base64
import contextlib
import shutil
import subprocess
import time
from textwrap import dedent

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from toy import LESSON, ToyCourse

FULL = {"double": 3.0, "quadruple": 4.0}
GRADER_BYTES = 768 << 20

# In a cell of their own, before right answers: what the learner's process sends beside them.
CELLS = {
    "nested_html": """
        from IPython.display import HTML, display
        display(HTML("<b><i><u><p>" * 9000))
    """,
    "unclosed_tables": """
        from IPython.display import HTML, display
        display(HTML("<table><tr><td>" * 7000))
    """,
    "endless_message": """
        import zmq
        end = get_ipython().kernel.iopub_thread.socket
        for _ in range(4000):
            end.send(bytes(1 << 20), zmq.SNDMORE)
    """,
    "urgent_byte": """
        import os, socket
        wire = socket.socket(fileno=os.dup(int(os.environ["NBJUDGE_FD"])))
        wire.send(b"!", socket.MSG_OOB)
    """,
    "one_long_line": 'print("x" * 9_000_000)\nprint("and more")',
    "many_lines": "for number in range(300_000):\n    print(number)",
    "many_colours": 'print("\\x1b[31mx\\x1b[0m" * 100_000)',
    "many_outputs": """
        from IPython.display import display
        for _ in range(5000):
            display(1)
    """,
    "many_outputs_of_many_cells": 'print("y" * 900_000)',
    "nested_json": """
        from IPython.display import display
        deep = "x"
        for _ in range(2000):
            deep = [deep]
        display({"application/json": deep}, raw=True)
    """,
    "long_error": 'raise ValueError("z" * 3_000_000)',
    "svg": """
        from IPython.display import SVG, display
        display(SVG("<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 30_000 + "</g>" * 30_000 + "</svg>"))
    """,
}
TEXTS = {
    "text_brackets": "[" * 90_000,
    "text_stars": "*a_" * 60_000,
    "text_links": "[a](b" * 36_000,
    "text_tables": "|a" * 45_000 + "\n" + "|-" * 45_000,
    "text_tags": "<div>" * 30_000,
    "text_formulas": "$" * 180_000,
}
SOURCES = {
    "code_quotes": "x = '" + "\\\\" * 90_000 + "'",
    "code_braces": "x = " + "[" * 80 + "]" * 80 + "\n# " + "(" * 90_000,
    "code_f_strings": "x = f'" + "{1}" * 20_000 + "'",
}
ANSWERS = {
    "grown_inputs": """
        def double(x):
            x.resize((45_000, 45_000), refcheck=False)
            return 2 * x
    """,
    "huge_view": """
        def double(x):
            return np.broadcast_to(np.float64(1), (10**6, 10**6))
    """,
    "many_dtypes": """
        def double(x):
            return [np.zeros(1, dtype=f"V{number + 1}") for number in range(9000)]
    """,
}


def hand_in_all(toy: ToyCourse) -> None:
    for student in ("a_right", "m_right", "zz_right"):
        toy.hand_in(student, toy.answered())
    for name, code in CELLS.items():
        notebook = toy.answered()
        times = 12 if name == "many_outputs_of_many_cells" else 1
        notebook.cells[1:1] = [new_code_cell(dedent(code).strip()) for _ in range(times)]
        toy.hand_in(name, notebook)
    for name, text in TEXTS.items():
        notebook = toy.answered()
        notebook.cells.append(new_markdown_cell(text))
        toy.hand_in(name, notebook)
    for name, code in SOURCES.items():
        notebook = toy.answered()
        notebook.cells.append(new_code_cell(code))
        toy.hand_in(name, notebook)
    for name, code in ANSWERS.items():
        toy.hand_in(name, toy.answered(double=dedent(code)))
    picture = base64.b64encode(bytes(6 << 20)).decode()
    notebook = toy.answered()
    notebook.cells.append(new_markdown_cell("![p](attachment:p.png)", attachments={"p.png": {"image/png": picture}}))
    toy.hand_in("large_picture", notebook)


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory) -> tuple[ToyCourse, int]:
    """A class of them, graded in one run: the course, and the most memory that nbgrader's own process had."""
    root = shutil.copytree(released, tmp_path_factory.mktemp("bounds") / "course")
    toy = ToyCourse(root)
    config = (root / "nbgrader_config.py").read_text()
    limits = f"c.NBJudge.grader_bytes = {GRADER_BYTES}\nc.NBJudge.submission_seconds = 120\n"
    toy.write("nbgrader_config.py", config + limits)
    hand_in_all(toy)
    log = (root / "autograde.log").open("w+")
    grader = subprocess.Popen(
        toy.command("nbgrader", "autograde", LESSON), cwd=root, stdout=log, stderr=log, env=toy.environment()
    )
    peak = 0
    while grader.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            peak = max(peak, psutil.Process(grader.pid).memory_info().rss)
        time.sleep(0.05)
    log.seek(0)
    assert grader.returncode == 0, log.read()
    return toy, peak


def test_the_batch_goes_on_and_neighbours_get_what_is_theirs(graded):
    toy, _ = graded
    outcomes = toy.outcomes()
    assert [outcomes[student].scores for student in ("a_right", "m_right", "zz_right")] == [FULL] * 3


def test_every_submission_ends_with_scores_or_with_a_person(graded):
    toy, _ = graded
    for student, outcome in toy.outcomes().items():
        for exercise, score in outcome.scores.items():
            assert score is not None or outcome.needs_person, (student, exercise, outcome.comment)


@pytest.mark.parametrize("student", sorted({*CELLS, *TEXTS, *SOURCES, "large_picture"} - {"urgent_byte"}))
def test_right_answers_beside_it_count_or_a_person_is_told_why(graded, student):
    outcome = graded[0].outcomes()[student]
    assert outcome.scores == FULL or (outcome.needs_person and "judged" in outcome.comment), outcome


@pytest.mark.parametrize("student", sorted({*CELLS, *TEXTS, *SOURCES} - {"endless_message", "urgent_byte"}))
def test_what_is_only_large_costs_nothing(graded, student):
    assert graded[0].outcomes()[student].scores == FULL


def test_nbgraders_own_process_stays_small(graded):
    assert 0 < graded[1] < 600 << 20


def test_feedback_is_made_for_everybody(graded):
    toy, _ = graded
    toy.generate_feedback()
    for student in toy.outcomes():
        assert toy.feedback_page(student).is_file(), student
