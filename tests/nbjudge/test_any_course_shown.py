"""What learners see in a course with plain tests: their pictures and formulas, and in words what went wrong."""

from __future__ import annotations

import pytest
from any_course import AnyCourse, graded_by, solved, words
from nbformat.v4 import new_code_cell

DOT = "iVBORw0KGgo="
SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><circle r='4'/></svg>"
SHOWS = f"""
from IPython.display import SVG, Latex, Markdown, display
display(SVG(data={SVG!r}))
display(Latex(r"$\\alpha^2$"))
display(Markdown("**bold words** <script>alert(2)</script>"))
"""
WRONG = {
    "array": "import numpy as np\nx = np.ones(1 << 40)",
    "network": "import urllib.request\nurllib.request.urlopen('http://example.org')",
}
TOLD = {"array": "more memory than", "network": "no network"}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> AnyCourse:
    course = AnyCourse(tmp_path_factory.mktemp("shown"))
    essay = words("Write here.", "essay", grade=True, solution=True, points=4)
    course.notebook("alpha", solved("def k():", "return 6", "k"), graded_by("assert k() == 6", "test_k", 2), essay)
    course.nbgrader("generate_assignment")
    answer = "![pasted](attachment:dot.png) and ![beside](figures/dot.png) <script>alert(3)</script>"
    notebook = course.answer("ann", "alpha", k="def k():\n    return 6", essay=answer)
    notebook.cells[-1].attachments = {"dot.png": {"image/png": DOT}}
    notebook.cells.insert(0, new_code_cell(SHOWS))
    course.give("ann", "alpha", notebook)
    course.write("submitted/ann/week1/figures/dot.png", b"\x89PNG")
    for student, source in WRONG.items():
        inside = "def k():\n" + "".join(f"    {line}\n" for line in source.splitlines())
        course.answer(student, "alpha", k=f"{source}\n")
        course.answer(f"{student}_in_the_test", "alpha", k=inside)
    course.nbgrader("autograde")
    course.nbgrader("generate_feedback")
    return course


def test_pictures_and_formulas_survive_and_nothing_runs(course):
    graded, page = course.read("ann", "alpha"), course.read("ann", "alpha", "feedback", "html")
    assert f'"image/png": "{DOT}"' in graded
    assert f"data:image/png;base64,{DOT}" in page
    assert 'src="figures/dot.png"' in page
    assert (course.root / "autograded/ann/week1/figures/dot.png").is_file()
    for text in (graded, page):
        assert "data:image/svg+xml;base64," in text
        assert "alpha^2" in text
        assert "<strong>bold words</strong>" in text
    for active in ("<script>alert", "<svg xmlns"):  # their source is there, too, as text
        assert active not in page


def test_plain_tests_and_written_answers_stand_on_the_first_screen_by_their_names(course):
    first = course.read("ann", "alpha", "feedback", "html").partition("Your notebook")[0]
    assert ">test_k</a></th><td>test</td>" in first and "passed" in first and "2 of 2" in first
    assert ">essay</a></th><td>answer</td>" in first and "waits for a person" in first
    assert "A person has still to look at this." in first


@pytest.mark.parametrize("student", [name + place for name in WRONG for place in ("", "_in_the_test")])
def test_a_lack_of_memory_or_network_is_said_in_words(course, student):
    page = course.read(student, "alpha", "feedback", "html")
    assert TOLD[student.partition("_")[0]] in page
    assert course.scored(student, "alpha", "test_k") == 0
