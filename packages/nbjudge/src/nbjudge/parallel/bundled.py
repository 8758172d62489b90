"""The way to a worker: a plugin of Dask's, which brings a course's bundle, and what is asked of whoever has it.

It imports little, so that a new worker's grader begins before the rest of the worker is there.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from nbjudge.autograde.grader import Grader
from nbjudge.parallel.packing import unpack
from nbjudge.settings import NBJudge

if TYPE_CHECKING:
    from nbjudge.parallel.worker import GradedCourse

COURSE = "course"
SECRET = "secret"  # the name of the course's, beside its files
VERSION = metadata.version("nbjudge")

_log = logging.getLogger("nbjudge.worker")


class Bundled(WorkerPlugin):
    """A course's bundle on its way to a worker, and there. Dask gives it to workers that come later, too."""

    def __init__(self, name: str, data: bytes):
        self.name, self._data = name, data
        self.version = ""  # of nbjudge, where the bundle was made; known on the worker
        self.course: GradedCourse | None = None  # on the worker, where it has the same
        self._folder: Path | None = None  # on the worker

    def setup(self, worker: Worker) -> None:
        """Called on the worker: unpack the course, and begin to import what grading needs."""
        folder = self._folder = Path(tempfile.mkdtemp(prefix="nbjudge-", dir=worker.local_directory))
        about = unpack(self._data, folder / "bundle")
        self.version = about["version"]
        if self.version != VERSION:
            return
        job, root = about["job"], folder / "bundle" / COURSE
        (root / ".nbjudge").mkdir(exist_ok=True)
        (folder / "bundle" / SECRET).rename(root / ".nbjudge" / SECRET)
        job["root"], job["paths"] = str(root), [str(root) for _ in job["paths"]]
        grader = Grader(job, NBJudge(**job["settings"]), _log)
        from nbjudge.parallel.worker import GradedCourse  # which takes as long, and is beside that

        self.course = GradedCourse(about, folder, grader)

    def teardown(self, worker: Worker) -> None:
        """Called on the worker when nobody needs it any more, or the worker ends."""
        if self.course is not None:
            self.course.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def obstacle(name: str, dask_worker: Worker) -> str:
    """What keeps this worker from grading by the bundle `name`; empty where nothing does."""
    plugin = dask_worker.plugins.get(name)
    if isinstance(plugin, Bundled) and plugin.course is not None:
        return plugin.course.obstacle()
    if isinstance(plugin, Bundled) and plugin.version not in ("", VERSION):
        return f"nbjudge is {VERSION} on a worker, and {plugin.version} here; install the same"
    return "the course did not reach it"


def grade(name: str, data: bytes) -> bytes:
    """All answers about a submission, by their questions, as JSON."""
    return json.dumps(_course(name).grade(data)).encode()


def answer(name: str, data: bytes) -> bytes:
    """The answer to one question, as JSON."""
    return json.dumps(_course(name).answer(data)).encode()


def _course(name: str) -> GradedCourse:
    plugin = get_worker().plugins[name]
    assert isinstance(plugin, Bundled) and plugin.course is not None
    return plugin.course
