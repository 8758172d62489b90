"""The feedback page, as `nbgrader generate_feedback` makes it and headless Chromium shows it."""

from __future__ import annotations

import itertools
import json
import shutil

import pytest
from attacks.browser import Browser
from nbformat.v4 import new_code_cell, new_markdown_cell
from toy import ToyCourse

WIDE = """
from IPython.display import HTML, Latex, display
display(HTML("<table><tr>" + "<td>a_column_of_numbers</td>" * 40 + "</tr></table>"))
display(Latex(r"$\\alpha^2$"))
print("word" * 500)
print("\\x1b[31mred\\x1b[0m and \\x1b[38;5;226myellow\\x1b[0m")
"""
TEXT = r"""# A heading of mine

Inline $\text{softmax}(QK^\top/\sqrt{d_k})$, from $5 to $6, `$code$`, and [a place](#nowhere).

$$\begin{aligned} a &= \frac{1}{2} \\ b &= \mathbb{R}^{n \times d} \end{aligned}$$

A formula of no kind: $\nosuchcommand{x}$. And $\text{<img src=x onerror="window.pwned=1">}$, $\href{javascript:1}{y}$.

![](https://example.org/far.png)

<details open ontoggle="window.pwned=1"><summary>Hint 1</summary>

Think **twice**.

</details>
"""


@pytest.fixture(scope="module")
def page(released, tmp_path_factory):
    """The page of a learner with one right exercise, one wrong one, formulas, and a wide table."""
    course = ToyCourse(shutil.copytree(released, tmp_path_factory.mktemp("page") / "course"))
    notebook = course.answered(double="def double(x):\n    return x + 2  # two\n")
    notebook.cells[1:1] = [new_markdown_cell(TEXT), new_code_cell(WIDE)]
    course.hand_in("ann", notebook)
    course.autograde()
    with course.gradebook() as gradebook:
        comment = gradebook.find_comment("quadruple", "toy", "toy", "ann")
        comment.manual_comment = "Well **named**."
        gradebook.db.commit()
    course.generate_feedback()
    return course.feedback_page("ann")


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def shown(page, browser):
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.open(page.as_uri())
    return browser


def first_screen(browser) -> str:
    return browser.script("return document.querySelector('main').innerText").partition("Your notebook")[0]


def test_the_first_screen_says_what_to_do(shown):
    text = first_screen(shown)
    assert "5 of 7 points" in text
    rows = shown.script("return [...document.querySelectorAll('#scores ~ * tbody tr')].map(row => row.innerText)")
    assert len(rows) == 2
    assert "double" in rows[0] and "◐ partly right" in rows[0] and "1 of 3" in rows[0] and "1 of 2" in rows[0]
    assert "quadruple" in rows[1] and "✓ passed" in rows[1] and "4 of 4" in rows[1] and "1 of 1" in rows[1]
    assert "1 of 2 checks failed; the first: every entry is doubled." in text
    assert "Expected " in text and "Seen: " in text
    assert "You add 2, where you should multiply by 2." in text
    assert "Well named." in text
    assert "To quadruple in the notebook" not in text


def test_links_lead_to_what_is_there_and_headings_follow_each_other(shown):
    targets = shown.script("return [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))")
    assert len(targets) >= 4
    assert [target for target in targets if not shown.script(f"return !!document.querySelector('{target}')")] == []
    levels = shown.script("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert shown.script("return document.documentElement.lang") == "en"


def test_formulas_are_set_without_a_script(shown):
    formulas = shown.script("return [...document.querySelectorAll('math')].map(one => one.textContent)")
    assert "𝛼2" in formulas or "α2" in formulas
    assert any(text.startswith("softmax(QK") for text in formulas)
    assert shown.script("return document.querySelectorAll('math[display=block] mtable mtr').length") == 2
    assert shown.script("return document.querySelector('math mfrac').getBoundingClientRect().height") > 5
    code = shown.script("return [...document.querySelectorAll('code')].map(one => one.textContent)")
    assert r"\nosuchcommand{x}" in code and "$code$" in code
    assert "from $5 to $6" in shown.script("return document.body.innerText")
    assert shown.what_ran() == []
    assert shown.script("return document.querySelectorAll('math [href], math [style], math img').length") == 0


def test_nothing_is_asked_of_another_host_and_there_is_no_script(page, shown):
    assert shown.script("return document.scripts.length + document.querySelectorAll('link, iframe').length") == 0
    assert shown.script("return performance.getEntriesByType('resource').map(one => one.name)") == []
    assert "default-src 'none'" in page.read_text()
    for element in shown.script("return [...document.querySelectorAll('[src]')].map(one => one.getAttribute('src'))"):
        assert element.startswith("data:")


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_axe_finds_nothing_serious(page, shown, scheme):
    media = (
        {"media": "print"} if scheme == "print" else {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    shown.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [], **media})
    ground = shown.script("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(23, 23, 27)") == (scheme == "dark")
    found = shown.violations()
    assert [one for one in found if one[0] in ("serious", "critical")] == [], json.dumps(found, indent=1)


def test_what_is_wide_scrolls_within_itself(shown):
    shown.driver.set_window_size(800, 900)
    sizes = shown.script("const d = document.documentElement; return [d.scrollWidth, d.clientWidth]")
    assert sizes[0] <= sizes[1] <= 800
    assert shown.script("return [...document.querySelectorAll('.wide')].some(one => one.scrollWidth > one.clientWidth)")
    shown.driver.set_window_size(1200, 2000)


def test_a_folded_hint_stays_folded(shown):
    hint = "document.querySelector('#cell-2 details, details')"
    assert shown.script(
        f"return [{hint}.open, {hint}.querySelector('strong').innerHTML, {hint}.attributes.length]"
    ) == [
        False,
        "twice",
        0,
    ]


def test_axe_would_find_what_is_wrong(browser, tmp_path):
    """The control: a picture without words, and grey letters on white."""
    path = tmp_path / "bad.html"
    path.write_text("<html><body><p style='color:#ccc'>pale</p><img src='data:,'></body></html>")
    browser.open(path.as_uri())
    found = {one[1] for one in browser.violations()}
    assert {"color-contrast", "image-alt", "html-has-lang"} <= found
