"""What a course has set for nbgrader's way of running notebooks: honoured here, or refused in words.

nbgrader's `Execute` inherits its settings from nbconvert and nbclient, and people set them under any of the three
names. `nbgrader validate` goes on using them.
"""

from __future__ import annotations

import logging
from typing import Any

from nbgrader.preprocessors import Execute
from traitlets import TraitError
from traitlets.config import Config, Configurable

from nbjudge.settings import NBJudge

_SECTIONS = ("NotebookClient", "ExecutePreprocessor", "Execute")
_WHOLE = 10  # the time for a notebook, in times for a cell, as in the judge's own settings
_REFUSED = {
    "timeout_func": "each cell of a course has the same time; set c.NBJudge.cell_seconds",
    "interrupt_on_timeout": "a cell that does not end is always interrupted, and the notebook goes on",
    "allow_errors": "a cell that fails never ends the notebook",
    "force_raise_errors": "a cell that fails never ends the notebook",
    "kernel_name": "every notebook runs in a Python kernel of the judge's own",
    "extra_arguments": "every notebook runs in a Python kernel of the judge's own",
    "skip_cells_with_tag": "learners set the tags of their cells",
    "error_on_timeout": "the judge says itself which cell did not end in time",
    "execute_retries": "every notebook is run once",
}


def settle(parent: Configurable, settings: NBJudge, log: logging.Logger) -> list[str]:
    """Honour in `settings` what can be honoured of what was set for `Execute`; returns why not, for the rest.

    What changes nothing about scores is neither: of that, the log says that it is passed over.
    """
    config: Config = parent.config
    names = {name for section in _SECTIONS for name in config.get(section, {})}
    if not names:
        return []
    try:
        theirs = Execute(parent=parent)
    except TraitError as error:
        return [f"nbgrader's settings for running notebooks are not right: {error}"]
    if "timeout" in names and "cell_seconds" not in config.NBJudge:
        _take_timeout(theirs.timeout, config, settings)
    refused = []
    for name in sorted(names - {"timeout", "enabled"}):  # the second is for `execute.JudgedExecute`
        said = f"c.Execute.{name} is set"
        if name in _REFUSED and not _means_nothing(name, theirs, config):
            refused.append(f"{said}, which cannot be: {_REFUSED[name]}")
        elif name not in _REFUSED:
            log.warning("%s, and passed over: nbjudge runs notebooks in its own way", said)
    return refused


def _take_timeout(seconds: int | None, config: Config, settings: NBJudge) -> None:
    if seconds is None or seconds <= 0:  # for ever, which ends here with the time for the notebook
        settings.cell_seconds = settings.submission_seconds
        return
    settings.cell_seconds = float(seconds)
    if "submission_seconds" not in config.NBJudge:
        settings.submission_seconds = max(settings.submission_seconds, _WHOLE * float(seconds))


def _means_nothing(name: str, theirs: Execute, config: Config) -> bool:
    """Whether a setting says what is so without it."""
    value: Any = getattr(theirs, name)
    for section in _SECTIONS:  # `Execute` passes over what it does not call a setting
        value = config.get(section, {}).get(name, value)
    if name == "kernel_name":
        return value in ("", "python", "python3")
    return bool(value == getattr(Execute(), name))
