"""The learner's first hour in a real browser: lesson 01 in JupyterLab, from README's commands."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks.browser import Browser
from patience import until
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).resolve().parents[2]
LESSON = "01_scaled_dot_product_attention"
NOTEBOOK = "window.jupyterapp.shell.currentWidget"
SETTINGS = "lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
READY = """
const panel = window.jupyterapp?.shell?.currentWidget;
return panel?.context?.path === LESSON && panel.content.widgets.length > 5
  && panel.sessionContext.session?.kernel?.status === "idle";
"""
DRAWN = f"""
return {NOTEBOOK}.content.widgets.every(cell => !cell.isPlaceholder() && (cell.model.type !== "markdown" || (
  cell.node.querySelector(".jp-RenderedMarkdown")?.innerText && !cell.node.innerText.includes("$"))));
"""
CUT_OFF = f"""
const notebook = {NOTEBOOK}.content.node, found = [];
notebook.querySelectorAll("details").forEach(one => {{ one.open = true; }});
for (const area of notebook.querySelectorAll(".jp-RenderedMarkdown, .jp-OutputArea-output")) {{
  const room = area.getBoundingClientRect();
  for (const one of area.querySelectorAll("mjx-math, table, img")) {{
    const box = one.getBoundingClientRect();
    if (box.left < room.left - 1 || box.right > room.right + 1)
      found.push(`${{Math.round(box.width)}} in ${{Math.round(room.width)}} pixels: ${{one.alt || area.innerText.slice(0, 60)}}`);
  }}
}}
if (notebook.scrollWidth > notebook.clientWidth) found.push("the notebook itself");
return found;
"""
WRONG = (
    "def soft_lookup(query, keys, values):\n"
    "scores = keys @ query\n"
    "weights = np.exp(scores - scores.max())\n"
    "return weights / weights.sum() @ values"
)
RIGHT = (
    "def soft_lookup(query, keys, values):\n"
    "scores = keys @ query / math.sqrt(query.shape[-1])\n"
    "weights = np.exp(scores - scores.max())\n"
    "return weights / weights.sum() @ values"
)


class Lab:
    """JupyterLab with the lesson open, and somebody at the keyboard."""

    def __init__(self, url: str, browser: Browser):
        self._url, self._browser = url, browser
        self.open(LESSON)

    def open(self, lesson: str) -> None:
        path = f"{lesson}/{lesson}.ipynb"
        self._browser.driver.get(f"{self._url}/lab/workspaces/{lesson}/tree/{path}")
        ready = READY.replace("LESSON", json.dumps(path))
        assert until(lambda: self._browser.script(ready)), "JupyterLab did not open the lesson"

    def narrow(self) -> None:
        """Make the window 800 pixels wide. The list of files stays open beside the notebook."""
        self._browser.driver.set_window_size(800, 1400)
        assert not self._browser.script("return window.jupyterapp.shell.leftCollapsed")

    def cut_off(self) -> list[str]:
        """Which formulas, tables and pictures are wider than their place."""
        assert until(lambda: self._browser.script(DRAWN))
        return self._browser.script(CUT_OFF)

    def go_to(self, begins: str) -> None:
        """Make the cell active that begins so."""
        found = self._browser.script(
            f"""const notebook = {NOTEBOOK}.content;
            const place = notebook.widgets.findIndex(one => one.model.sharedModel.source.startsWith({json.dumps(begins)}));
            notebook.activeCellIndex = place;
            return place;"""
        )
        assert found >= 0, f"no cell begins with {begins}"

    def run(self, begins: str) -> None:
        """Run a cell, and wait for its end."""
        self.go_to(begins)
        run = 'window.jupyterapp.commands.execute("notebook:run-cell")'
        self._browser.script(f"window.over = false; {run}.then(() => {{ window.over = true; }})")
        assert until(lambda: self._browser.script("return window.over"))

    def write(self, begins: str, lines: str) -> None:
        """Type these lines in the place of a cell's text; the editor indents those after the first."""
        self.go_to(begins)
        self._browser.script('return window.jupyterapp.commands.execute("notebook:enter-edit-mode")')
        editor = f"{NOTEBOOK}.content.activeCell.node.contains(document.activeElement)"
        assert until(lambda: self._browser.script(f"return {editor}"))
        keys = ActionChains(self._browser.driver)
        keys.key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(lines).perform()

    def shown(self, begins: str) -> str:
        """What stands below a cell."""
        self.go_to(begins)
        return self._browser.script(
            f"return {NOTEBOOK}.content.activeCell.node.querySelector('.jp-Cell-outputWrapper').innerText"
        )

    def text(self, selector: str) -> list[str]:
        return self._browser.script(f"return [...document.querySelectorAll({selector!r})].map(one => one.innerText)")

    def validate(self) -> str:
        """Press Validate; what its window says."""
        self._browser.script(
            "[...document.querySelectorAll('.jp-NotebookPanel-toolbar jp-button')]"
            ".find(one => one.innerText.includes('Validate')).click()"
        )
        assert until(lambda: "cell" in " ".join(self.text(".jp-Dialog")))
        return self.text(".jp-Dialog")[0]


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8").partition("## For learners")[2].partition("\n## ")[0]


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    """JupyterLab as README starts it, in a folder of the learner's."""
    commands = [shlex.split(line) for line in readme().splitlines() if line.startswith(("attnkit ", "jupyter "))]
    (start, open_lab) = commands
    mine = tmp_path / "my_transformer"
    assert start[-1] == open_lab[-1] == "../my_transformer"
    subprocess.run([sys.executable, "-m", "attnkit._start", *start[1:-1], str(mine)], cwd=ROOT, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    places = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    settings = tmp_path / "config" / SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')  # else a cell is drawn when it is scrolled to
    command = [sys.executable, "-m", "jupyterlab", *open_lab[2:-1], str(mine), *options, "--expose-app-in-browser"]
    with (tmp_path / "lab.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=mine, env={**os.environ, **places}, stdout=log, stderr=subprocess.STDOUT, text=True
        )
    url = f"http://127.0.0.1:{port}"
    browser = Browser()
    try:
        assert until(lambda: answers(url)), (tmp_path / "lab.log").read_text()
        yield Lab(url, browser)
        assert "Traceback" not in (tmp_path / "lab.log").read_text()
    finally:
        browser.close()
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api"):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def test_wrong_then_right_then_validated(lab, tmp_path):
    lab.run("import math")
    lab.write("def soft_lookup", WRONG)
    lab.run("def soft_lookup")
    lab.run('check("soft_lookup"')
    table = lab.shown('check("soft_lookup"')
    assert "2.25 of 3 points" in table
    assert "Advice: Your weights are too extreme" in table
    assert "soft_lookup([2.2, 0, 0, 0], [[1, 0, 0, 0], [0, 1, 0, 0]], [[8], [4]]) → [7]" in table
    lab.write("def soft_lookup", RIGHT)
    lab.run("def soft_lookup")
    lab.run("keys = np.array")
    assert "Error" not in lab.shown("keys = np.array")
    lab.run('check("soft_lookup"')
    table = lab.shown('check("soft_lookup"')
    assert "3 of 3 points" in table
    assert "failed" not in table
    kept = json.loads((tmp_path / "my_transformer/progress.json").read_text())
    assert kept["points"] == {"soft_lookup": [3, 3]}
    said = lab.validate()
    assert "failed" in said
    assert "attention_scores" in said
    assert "nbjudge" not in said


def test_formulas_tables_and_pictures_are_whole_in_a_narrow_window(lab):
    lab.narrow()
    lab.run("import math")
    lab.run("pictures.lookup_diagram")
    assert lab.text(".jp-OutputArea-output img")
    assert lab.cut_off() == []
    lab.open("09_decoder")  # with the widest formula
    assert lab.cut_off() == []
    lab.open("11_transformer")
    for begins in ("import torch", "course_map", "pictures.architecture", "pictures.teacher_forcing"):
        lab.run(begins)
    assert len(lab.text(".jp-OutputArea-output img")) == 3
    assert lab.cut_off() == []
