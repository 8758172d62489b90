"""Every shell command that stands on a page of the site is run by a test, or by a workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from built_site import ROOT, Site

OF_INSTRUCTORS = "tests/course/test_readme_instructor.py", r"\^## For instructors"
OF_LEARNERS = "tests/docs/test_learners_page.py", r"\^## For learners"
IN_JUPYTERLAB = "tests/course/test_in_jupyterlab.py", r'startswith\(\("attnkit ", "jupyter "\)\)'
# Of each command: who runs it, and what of that file says so. The instructors' and the learners' pages are followed there
# literally, whatever stands in them. Of others, tests name their own lessons, files and keys.
RUN_BY = {
    r"make setup && \. \.venv/bin/activate": OF_INSTRUCTORS,
    r"nbjudge doctor": OF_INSTRUCTORS,
    r"nbjudge course new \S+": OF_INSTRUCTORS,
    r"cd \.\./my_class": OF_INSTRUCTORS,
    r"nbgrader \w+( \d\d_\w+)?( --FileNameCollectorPlugin\.named_regexp='[^']*')?": OF_INSTRUCTORS,
    r"python3 -m venv \.venv && \. \.venv/bin/activate": OF_LEARNERS,
    r"pip install .*": OF_LEARNERS,
    r"(attnkit start|jupyter lab) \S+": OF_LEARNERS,
    r"make setup": (".ci/run", r"^make lint$"),  # which it needs
    r"make lint": (".ci/run", r"^make lint$"),
    r"make test": (".ci/run", r"^make test$"),
    r"make demo": (".github/workflows/ci.yml", r"run: make demo$"),
    r"\.venv/bin/python -m pytest -q tests/course/test_in_step\.py": ("Makefile", r"^\t\$\(BIN\)/python -m pytest -q$"),
    r"(\.venv/bin/)?nbjudge audit (E|EXERCISE)": ("tests/course/test_readme_instructor.py", r'"nbjudge audit \w+"'),
    r"nbjudge audit --mutants E": ("tests/nbjudge/test_mutants.py", r'"audit", "--mutants"'),
    r"nbjudge check --html checks\.html \S+": ("tests/nbjudge/test_self_check.py", r'"--html", "\w+\.html"'),
    r"nbjudge autograde LESSON( --scheduler .*)?": ("tests/parallel/test_same.py", r'"--scheduler", cluster\.address'),
    r"(\w+=0 )?dask (scheduler|worker) .*": ("tests/parallel/cluster.py", r"distributed\.cli\.dask_"),
    r"nbjudge check E my_attempt\.py": ("tests/course/test_readme_instructor.py", r'"nbjudge check \w+ \S+"'),
}


@pytest.fixture(scope="module")
def commands(site) -> set[str]:
    return set(in_blocks(site))


def in_blocks(site: Site) -> Iterator[str]:
    """The commands of all blocks that are neither Python nor a list of folders, without their comments."""
    for name, page in site.pages.items():
        if name.startswith(("lessons/", "pages/api/")):
            continue
        for block in page.html.select("article .highlight-default pre, article .highlight-bash pre"):
            text = block.get_text().replace("\\\n", " ")
            if not re.match(r"\w+/", text):
                yield from (" ".join(re.sub(r"\s+# .*", "", line).split()) for line in text.splitlines() if line)


def test_every_command_is_run(commands):
    assert len(commands) > 20
    assert [one for one in commands if not any(re.fullmatch(pattern, one) for pattern in RUN_BY)] == []


def test_no_command_is_listed_that_stands_nowhere(commands):
    assert [pattern for pattern in RUN_BY if not any(re.fullmatch(pattern, one) for one in commands)] == []


@pytest.mark.parametrize("pattern", RUN_BY)
def test_who_is_said_to_run_it_does(pattern):
    path, evidence = RUN_BY[pattern]
    assert re.search(evidence, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), f"{pattern}: {path}"


def test_what_make_is_asked_for_in_a_sentence_is_there(site):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    said = [code.get_text() for page in site.pages.values() for code in page.html.select("article code")]
    asked = {match[1] for text in said if (match := re.fullmatch(r"make (\w+)", text))}
    assert {"docs", "release", "notebooks", "test"} <= asked <= targets
