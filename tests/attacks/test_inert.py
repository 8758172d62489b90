"""What a learner hands in cannot run in a browser: neither in feedback pages nor in the formgrader."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from patience import until
from selenium.webdriver.common.by import By
from toy import LESSON

from .browser import Browser, Formgrader, Listener
from .course import WRONG

RUN = "window.pwned=1;document.title='pwned';new Image().src='@URL@/ran'"
MARKUP = [
    f"<script>{RUN}</script>",
    f"<script src='@URL@/script.js'></script><img src=x onerror=\"{RUN}\">",
    f'<svg onload="{RUN}"><script>{RUN}</script><a xlink:href="javascript:{RUN}"><text y=20>x</text></a></svg>',
    f'<iframe srcdoc="<script>parent.pwned=1;{RUN}</script>"></iframe><iframe src="javascript:parent.pwned=1"></iframe>',
    "<object data='@URL@/object'></object><embed src='@URL@/embed'><base href='@URL@/'>",
    "<meta http-equiv=refresh content='0;url=@URL@/refresh'><link rel=stylesheet href='@URL@/style.css'>",
    "<style>body{background:url(@URL@/background)} table{display:none}</style><p style='background:url(@URL@/p)'>x</p>",
    f'<form action=\'@URL@/form\'><input autofocus onfocus="{RUN}"></form><details open ontoggle="{RUN}">x</details>',
    f"<a href=\"javascript:{RUN}\">one</a> <a href=' jAvA&#x09;script:{RUN}'>two</a> <a href='beside.html'>three</a>",
    f"<a href=\"data:text/html,<script>{RUN}</script>\">four</a> <img src='@URL@/picture.png'>",
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={RUN}&gt;">',
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript><template><img src=x onerror="{RUN}"></template>',
    f'</div></div></table></body><video><source onerror="{RUN}"></video><audio src=x onerror="{RUN}"></audio>',
    f'<body onload="{RUN}"><marquee onstart="{RUN}">x</marquee><button formaction="javascript:{RUN}">x</button>',
]
MARKDOWN = [
    *MARKUP,
    f"[five](javascript:{RUN.replace(';', '%3B')}) [six](beside.html) [seven]: data:text/html,x ![eight](@URL@/eight.png)",
    f"$\\href{{javascript:{RUN}}}{{x}}$ $$\\unicode{{x}}\\style{{background:url(@URL@/tex)}}{{y}}$$",
    f"![x](attachment:x.svg) <!-- --!><script>{RUN}</script> --> `</code><script>{RUN}</script>`",
]
OUTPUTS = {
    "text/html": "".join(MARKUP),
    "image/svg+xml": MARKUP[2],
    "application/javascript": RUN,
    "text/latex": MARKDOWN[-2],
    "text/markdown": "\n\n".join(MARKDOWN),
    "application/vnd.jupyter.widget-view+json": "{}",
    "application/pdf": "x",
    "image/png": f'AAAA" onerror="{RUN}',
    "text/vnd.mermaid": MARKUP[0],
    "application/json": "{}",
}
SHOWS = """
import sys
from IPython.display import display

print("an honest line")
print({markup!r})
print("\\x1b[31m" + {markup!r}, file=sys.stderr)
for kind, value in {outputs!r}.items():
    display({{kind: value}}, raw=True)
    display({{kind: value, "text/plain": value}}, raw=True, metadata={{kind: {{"width": '1" onload="' + {run!r}}}}})
display({{"image/png": {png!r}}}, raw=True)
raise type({markup!r}, (Exception,), {{}})({markup!r})
"""


def _png() -> str:
    import matplotlib.pyplot as plt

    with io.BytesIO() as file:
        plt.imsave(file, [[0.0, 1.0], [1.0, 0.0]], format="png")
        return base64.b64encode(file.getvalue()).decode()


@pytest.fixture(scope="module")
def listener():
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def pages(new_course, listener, tmp_path_factory):
    """A graded submission that is full of markup: its feedback page and its page in the formgrader."""

    def filled(value):
        return (
            {k: filled(v) for k, v in value.items()}
            if isinstance(value, dict)
            else value.replace("@URL@", listener.url)
        )

    course = new_course()
    markup = filled("".join(MARKUP))
    shows = SHOWS.format(markup=markup, outputs=filled(OUTPUTS), run=filled(RUN), png=_png())
    notebook = course.answered(
        double=f"def double(x):\n    raise ValueError({markup!r})\n",
        shares=WRONG.replace("double", "shares") + f"\nshares.__name__ = {markup!r}\n",
    )
    before = [new_markdown_cell(filled(text), attachments={"x.svg": {"image/svg+xml": markup}}) for text in MARKDOWN]
    raw = new_raw_cell(markup, metadata={"raw_mimetype": "text/html", "format": "text/html"})
    notebook.cells[1:1] = [*before, raw, new_code_cell(shows, metadata={"name": markup})]
    notebook.metadata.update(title=markup, authors=[{"name": markup}])
    course.hand_in("eve", notebook)
    (course.folder("eve") / "beside.html").write_text(f"<script>{filled(RUN)}</script>")
    course.autograde()
    course.generate_feedback()
    with course.gradebook() as gradebook:
        number = gradebook.find_submission_notebook(LESSON, LESSON, "eve").id
    formgrader = Formgrader(course, tmp_path_factory.mktemp("jupyter"))
    yield {
        "feedback": course.feedback_page("eve").as_uri(),
        "formgrader": f"{formgrader.url}/formgrader/submissions/{number}/?index=0",
    }
    formgrader.close()


def test_nothing_runs_and_the_honest_parts_are_shown(pages, browser, listener):
    # One test for both places: making the pages takes long.
    _look("feedback", pages, browser, listener)
    _look("formgrader", pages, browser, listener)
    _nothing_active_is_stored(pages)


def _look(place: str, pages: dict, browser: Browser, listener: Listener) -> None:
    listener.heard.clear()
    browser.open(pages[place])
    assert browser.what_ran() == []
    assert listener.heard == []
    # The verdict's table, what was printed, and the picture.
    tables = browser.script("return Array.from(document.querySelectorAll('table')).map(t => t.innerText)")
    assert sum("every entry is doubled" in text and "failed" in text for text in tables) == 1
    assert browser.script("return getComputedStyle(document.querySelector('table')).display") == "table"
    text = browser.driver.find_element(By.TAG_NAME, "body").text
    assert "an honest line" in text
    assert "<script>" in text  # as text
    pictures = browser.script("return Array.from(document.images).filter(i => i.naturalWidth > 1).length")
    assert pictures >= 1
    # A link may lead elsewhere, as links do; it may not run anything here, or open a page of the learner's.
    assert browser.click_links("body .text_cell_render, body .output" if place == "formgrader" else "body") == []


def _nothing_active_is_stored(pages: dict) -> None:
    """What is stored is clean, whatever will show it."""
    page = Path(unquote(urlparse(pages["feedback"]).path))
    graded = nbformat.read(page.parents[3] / f"autograded/eve/{LESSON}/{LESSON}.ipynb", as_version=4)
    kinds = {kind for cell in graded.cells for out in cell.get("outputs", []) for kind in out.get("data", {})}
    assert kinds <= {"text/plain", "text/html", "image/png", "image/jpeg"}
    assert all(cell.cell_type != "raw" and not cell.get("attachments") for cell in graded.cells)


@pytest.mark.parametrize("kind", ["text", "output"])
def test_without_cleaning_it_would_run(kind, browser, listener, tmp_path):
    """The control: the same parts, as nbconvert shows them by itself."""
    markup = "".join(MARKUP).replace("@URL@", listener.url)
    shown = new_code_cell("1", outputs=[new_output("display_data", data={"text/html": markup})])
    cell = {"text": new_markdown_cell(markup), "output": shown}[kind]
    path = tmp_path / "control.html"
    path.write_text(HTMLExporter().from_notebook_node(new_notebook(cells=[cell]))[0])
    listener.heard.clear()
    browser.open(path.as_uri())
    assert until(browser.what_ran)
    assert until(lambda: listener.heard)
