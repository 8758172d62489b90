"""The built site: it leads where it says, asks no other host, gives no solution away, and can be read by everybody."""

from __future__ import annotations

import ast
import json
import pkgutil
import re
import sys
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built_site import EXECUTED, ROOT, Page, Site
from nbjudge import Course, as_mathml

sys.path.insert(0, str(ROOT / "docs"))

import lessons
import mathml

# One of each kind; pages of a kind differ in their words.
LOOKED_AT = ("index.html", "pages/course.html", f"lessons/{EXECUTED}.html", "pages/api/attnkit.html", "promises.html")
# Modules whose names are explained as their package's.
GIVEN_BY_THEIR_PACKAGE = {"attnkit.data.vocabulary", "attnkit.pictures.attention", "attnkit.pictures.style"}
_LOADS = (("src", "*"), ("srcset", "*"), ("poster", "*"), ("data", "object"), ("href", "link, image, use"))
_IN_CSS = re.compile(r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)|@import\s+[\"']((?:https?:)?//[^\"']+)")
VIOLATIONS = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
  found => done(found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html).slice(0, 3)])));
"""
OVER_THE_EDGE = """
const edge = document.documentElement.clientWidth;
return [...document.querySelectorAll("article math, article img, .formula")]
  .filter(one => one.getBoundingClientRect().right > edge || one.matches("div") &&
    (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map(one => one.outerHTML.slice(0, 200));
"""


def test_every_lesson_and_every_text_has_a_page(site):
    assert site.lessons().keys() == set(lessons.LESSONS)
    for name in ("learners", "instructors", "AUTHORING", "CONTRIBUTING", "CHANGELOG", "api/attnkit", "api/nbjudge"):
        assert len(site.pages[f"pages/{name}.html"].article.split()) > 80, name
    for name in ("promises.html", "differences.html"):
        assert len(site.pages[name].article.split()) > 200, name


def test_links_lead_to_what_is_there(site):
    count, broken = 0, []
    for name, page in site.pages.items():
        for element in page.html.select("[href], [src]"):
            target = element.get("href", element.get("src"))
            if not urlsplit(target).scheme:
                count += 1
                if not leads(site, page, target):
                    broken.append(f"{name}: {target}")
    assert count > 500
    assert broken == []


def leads(site: Site, page: Page, target: str) -> bool:
    """Whether a file is there, and in a page the place that is named."""
    parts = urlsplit(target)
    path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
    other = site.pages.get(str(path.relative_to(site.folder)))
    if not parts.fragment or other is None:
        return path.is_file()
    return unquote(parts.fragment) in other.ids


def test_a_broken_link_would_be_found(site):
    page = site.pages["index.html"]
    assert leads(site, page, "pages/course.html") and leads(site, page, "promises.html#the-verdict")
    assert not leads(site, page, "pages/curse.html") and not leads(site, page, "promises.html#the-dict")


def test_nothing_is_loaded_from_another_host(site):
    loads = [
        f"{name}: {element[attribute]}"
        for name, page in site.pages.items()
        for attribute, tags in _LOADS
        for element in page.html.select(tags)
        if element.has_attr(attribute)
    ]
    assert len(loads) > 100
    assert [one for one in loads if re.search(r": (?:https?:)?//|, *(?:https?:)?//", one)] == []
    styles = {
        **{str(path): path.read_text(encoding="utf-8") for path in site.folder.rglob("*.css")},
        **{name: "\n".join(map(str, page.html.select("style, [style]"))) for name, page in site.pages.items()},
    }
    assert {name: _IN_CSS.findall(text) for name, text in styles.items() if _IN_CSS.search(text)} == {}


def released_text(lesson: str) -> str:
    return "\n".join(cell.source for cell in lessons.released(lesson).cells)


def secret_lines(source: str, known: str, least: int = 30) -> set[str]:
    """The lines of some code that say something, but for those that everybody may read."""
    lines = {line.strip() for line in source.splitlines()}
    return {
        one for one in lines if len(one) > least and one not in known and not one.startswith(("#", "from ", "import "))
    }


def statements(source: str) -> set[str]:
    """What code says, spelled alike whatever its layout."""
    found = (ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt))
    return {text for text in found if len(text) > 30 and "\n" not in text}


@pytest.fixture(scope="module")
def said(site) -> dict[str, str]:
    return {name: page.html.get_text() for name, page in site.pages.items()}


def test_no_line_of_a_solution_is_on_a_page(site, said):
    course = Course(ROOT)
    for exercise in course.lesson_of:
        found = course.exercise(exercise)
        released = released_text(found.lesson)
        secret = secret_lines(found.solution, released)
        assert secret, exercise
        for name, text in said.items():
            assert [line for line in secret if line in text] == [], name
        spelled = statements(found.solution) - statements(lessons_python(found.lesson))
        for cell, _ in site.lessons()[found.lesson].cells():
            assert spelled.isdisjoint(statements(cell)), found.lesson


def lessons_python(lesson: str) -> str:
    return "\n".join(cell.source for cell in lessons.released(lesson).cells if cell.cell_type == "code")


def test_no_line_of_a_hidden_check_is_on_a_page(said):
    everywhere = "\n".join(said.values())
    may_be_read = "\n".join([(ROOT / "AUTHORING.md").read_text(encoding="utf-8"), *map(released_text, lessons.LESSONS)])
    for path in sorted((ROOT / "tests/checks").glob("test_*.py")):
        secret = secret_lines(path.read_text(encoding="utf-8"), may_be_read, least=40)  # shorter ones are idioms
        assert [line for line in secret if line in everywhere] == [], path.name


def test_a_lesson_shows_what_learners_get_and_what_it_then_shows(site):
    for name, page in site.lessons().items():
        for word in ("BEGIN SOLUTION", "HIDDEN TESTS", "judge("):
            assert word not in page.article, name
        assert "raise NotImplementedError" in page.article
        shown = [below for code, below in page.cells() if not code.lstrip().startswith("check(")]
        assert "".join(below for code, below in page.cells() if code.lstrip().startswith("check(")) == ""
        assert "points</b>" not in "".join(shown)
        pictures = [below for below in shown if "<img" in below]
        assert all('alt="' in picture for picture in pictures)
        assert (len(pictures) >= 2) == (name == EXECUTED)
        # The cells are those of the release, all of them and in their order.
        code = [cell.source.strip() for cell in lessons.released(name).cells if cell.cell_type == "code"]
        assert [source.strip() for source, _ in page.cells()] == code


def test_what_can_be_downloaded_is_the_release(site):
    found = {path.name: path.read_bytes() for path in site.folder.glob("_downloads/*/*.ipynb")}
    assert found == {f"{one}.ipynb": (ROOT / f"release/{one}/{one}.ipynb").read_bytes() for one in lessons.LESSONS}


def test_what_a_lesson_builds_on_comes_before_it(site):
    rows = site.pages["pages/course.html"].html.select("article table tbody tr")
    names = [[Path(link["href"]).stem for link in row.select("a[href]")] for row in rows]
    assert [first for first, *_ in names] == lessons.LESSONS
    for lesson, *earlier in names:
        assert all(one < lesson for one in earlier)
    assert sum(len(earlier) for _, *earlier in names) >= 10


def test_every_public_name_is_explained(site):
    import attnkit.parts
    import nbjudge

    for name, module in (("nbjudge", nbjudge), ("attnkit", attnkit), ("attnkit", attnkit.parts)):
        ids = site.pages[f"pages/api/{name}.html"].ids
        assert [one for one in module.__all__ if f"{module.__name__}.{one}" not in ids] == []
    modules = {one.name for one in pkgutil.walk_packages(attnkit.__path__, "attnkit.") if "._" not in one.name}
    ids = site.pages["pages/api/attnkit.html"].ids
    assert {one for one in modules if f"module-{one}" not in ids} == GIVEN_BY_THEIR_PACKAGE


def test_every_formula_is_set(site):
    for lesson, page in site.lessons().items():
        assert page.html.select("math"), lesson
        assert not re.search(r"(?<!\\)\$[^$\n]*\\[a-z]+", page.article), lesson


def test_a_formula_that_cannot_be_set_is_told_from_one_that_can():
    assert "<msup>" in as_mathml("x^2")
    assert "<mtable" in as_mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", block=True)
    assert "stretchy" in as_mathml(r"\begin{bmatrix} 1 & 2 \end{bmatrix}")
    assert "prefix" in as_mathml("f(-1)") and "prefix" not in as_mathml("f(x)-1")
    assert as_mathml(r"\nosuch{x}") is None
    assert as_mathml(r"\frac") is None


def test_a_formula_goes_on_in_the_next_line_where_a_gap_is():
    assert mathml.parts(r"a = b, \qquad c = d \quad e") == ["a = b, ", " c = d ", " e"]
    whole = r"\{ \begin{cases} a \quad b \\ c \end{cases} \text{x \quad y} \quadratic"
    assert mathml.parts(whole) == [whole]


def test_everybody_can_read_it(served, browser):
    """axe finds nothing serious in light and dark, nothing is asked of another host, and at 800 pixels all is whole."""
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    for name in LOOKED_AT:
        grounds = set()
        for scheme in ("light", "dark"):
            preferred = [{"name": "prefers-color-scheme", "value": scheme}]
            browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": preferred})
            browser.driver.set_window_size(1200, 2000)
            browser.open(f"{served}/{name}")
            grounds.add(browser.script("return getComputedStyle(document.body).backgroundColor"))
            browser.script(axe)
            found = browser.driver.execute_async_script(VIOLATIONS)
            assert [one for one in found if one[0] in ("serious", "critical")] == [], json.dumps(
                [name, *found], indent=1
            )
        assert len(grounds) == 2
        asked = browser.script("return performance.getEntriesByType('resource').map(one => one.name)")
        assert len(asked) > 3 and [one for one in asked if not one.startswith((served, "data:"))] == []
        assert_whole_at_800_pixels(browser, name)


def test_formulas_are_whole_on_a_narrow_screen(site, served, browser):
    for name in site.lessons():
        browser.driver.get(f"{served}/lessons/{name}.html")
        assert_whole_at_800_pixels(browser, name)


def assert_whole_at_800_pixels(browser, name: str) -> None:
    browser.driver.set_window_size(800, 900)
    assert browser.script(OVER_THE_EDGE) == [], name
    across = browser.script("const d = document.documentElement; return [d.scrollWidth, d.clientWidth]")
    assert across[0] <= across[1] <= 800, name
