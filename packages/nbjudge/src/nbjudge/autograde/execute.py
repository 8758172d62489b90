"""The preprocessor in the place of nbgrader's `Execute`: has a notebook run and judged by its expendable process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from nbjudge.autograde.exporter import Current
from nbjudge.autograde.grader import GraderLost
from nbjudge.autograde.submission import NOTES

SEED = "nbjudge_seed"  # where the seed stands in `resources` that the checks were run with
RESULTS = "nbjudge_results"  # where the results stand in `resources`: score, reason, note and seen, by a cell's id

_UNWANTED = "It was not run, as --no-execute asks, and outputs that were handed in are no ground for a score."


class JudgedExecute(NbGraderPreprocessor):
    """Runs a rebuilt notebook, cell by cell, and puts a verdict on every grading cell."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        results: dict[str, dict[str, Any]] = {}
        resources[RESULTS] = results
        student = resources["nbgrader"]["student"]
        problem = nb.metadata.get(NOTES, {}).get("problem") or self._not_wanted() or self._judge(nb, resources, results)
        if problem:
            self.log.error("%s: %s", student, problem)
            _give_up(nb, results, problem)
        for grade_id, result in results.items():
            if result["reason"]:
                self.log.warning("%s, %s: %s", student, grade_id, result["reason"])
            else:
                self.log.info("%s, %s: %s", student, grade_id, result["seen"])
        return nb, resources

    def _not_wanted(self) -> str:
        """Why nothing is to run, where an instructor says so. nbgrader would score what learners say it put out."""
        return "" if Execute(parent=self).enabled else _UNWANTED

    def _judge(self, nb: NotebookNode, resources: dict[str, Any], results: dict[str, dict[str, Any]]) -> str:
        """Fill in outputs and results; returns why that was not possible, or an empty string."""
        current: Current = self.parent.current
        folder = Path(resources["metadata"]["path"])
        try:
            entry = resources["nbgrader"]
            whose = [entry["student"], entry["assignment"], entry["notebook"]]
            answer = current.grading.run(nb, folder, current.submission.folder, whose)
        except GraderLost as lost:
            return f"It could not be judged: {lost}."
        finally:
            current.grading.end()
        for cell, found in zip(nb.cells, answer["cells"], strict=True):
            cell.update(from_dict(found))
        results.update(answer["results"])
        if answer["judged"]:
            resources[SEED] = answer["seed"]
        if answer["failed"]:
            self.log.error("grading failed:\n%s", answer["failed"])
            return "The grader failed on this submission; its log says why."
        return ""


def _give_up(nb: NotebookNode, results: dict[str, dict[str, Any]], reason: str) -> None:
    """Mark every grading cell that has no result yet for a person."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.setdefault("outputs", [])
        if utils.is_grade(cell) and not utils.is_solution(cell) and cell.metadata.nbgrader.grade_id not in results:
            results[cell.metadata.nbgrader.grade_id] = {"score": None, "reason": reason, "note": "", "seen": ""}
            if cell.cell_type == "code":
                cell.outputs = [new_output("stream", name="stdout", text=f"A person will look at this: {reason}\n")]
