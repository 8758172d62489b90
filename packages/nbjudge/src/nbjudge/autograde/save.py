"""Writes a submission's results into the gradebook, all at once: either every score is there, or none."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.api import Grade
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

from nbjudge.autograde.execute import RESULTS, SEED
from nbjudge.autograde.feedback import INERT, VERDICTS
from nbjudge.autograde.reach import patiently
from nbjudge.autograde.submission import NOTES
from nbjudge.settings import NBJudge

LATE = "nbjudge_late"  # the key in `resources` of whether there may be a penalty
NOT_RUN = "This cell was not judged."


class SaveVerdicts(SaveAutoGrades):
    """In the place of nbgrader's SaveAutoGrades: takes the scores from the judge, never from a cell's outputs."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        patiently(lambda: self._save(nb, resources))
        seed = {"seed": resources[SEED]} if SEED in resources else {}
        nb.metadata[NOTES] = from_dict({INERT: True, VERDICTS: _verdicts(resources[RESULTS]), **seed})
        return nb, resources

    def _save(self, nb: NotebookNode, resources: dict[str, Any]) -> None:
        entry, results = resources["nbgrader"], resources[RESULTS]
        readable = not nb.metadata.get(NOTES, {}).get("problem")
        unsafe = NBJudge(parent=self).sandbox == "none"
        with self.parent.current.open_gradebook() as gradebook:
            submission = gradebook.find_submission_notebook(entry["notebook"], entry["assignment"], entry["student"])
            grades = {grade.name: grade for grade in submission.grades}
            comments = {comment.name: comment for comment in submission.comments}
            for group in _by_exercise(nb.cells):
                for cell in group:
                    if utils.is_grade(cell):
                        _score(grades[cell.metadata.nbgrader.grade_id], cell, results)
                for cell in group:
                    if utils.is_solution(cell) or utils.is_task(cell):
                        text = _comment(cell, group, results, readable, unsafe)
                        comments[cell.metadata.nbgrader.grade_id].auto_comment = text
            resources[LATE] = submission.assignment.total_seconds_late > 0 or submission.late_submission_penalty
            gradebook.db.commit()


class LatePenalties(AssignLatePenalties):
    """nbgrader's own; it opens the gradebook, which takes its time, only for what was late, or once counted so."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        return super().preprocess(nb, resources) if resources[LATE] else (nb, resources)


def _verdicts(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the feedback page tells of the exercises, by the ids of their grading cells."""
    return {grade_id: result["verdict"] for grade_id, result in results.items() if result.get("verdict")}


def _by_exercise(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """nbgrader's cells in groups that each end with a grading cell."""
    groups: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if "nbgrader" in cell.metadata:
            groups[-1].append(cell)
            if utils.is_grade(cell):
                groups.append([])
    return groups


def _score(grade: Grade, cell: NotebookNode, results: dict[str, dict[str, Any]]) -> None:
    result = results.get(grade.name)
    if utils.is_solution(cell):
        # A person grades it, unless it is unchanged, and nothing stands beside it that might be the answer.
        beside = cell.metadata.get(NOTES, {}).get("beside", False)
        grade.auto_score = None if beside else utils.determine_grade(cell)[0]
    else:
        grade.auto_score = result["score"] if result is not None else None
    grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None


def _comment(
    cell: NotebookNode, group: list[NotebookNode], results: dict[str, dict[str, Any]], readable: bool, unsafe: bool
) -> str | None:
    """What the gradebook notes on a solution: that it is unchanged, or why a person must look."""
    parts = []
    for other in group:
        if utils.is_grade(other) and not utils.is_solution(other):
            result = results.get(other.metadata.nbgrader.grade_id, {"score": None, "reason": NOT_RUN, "note": ""})
            parts += [text for text in (result["reason"], result["note"]) if text]
    notes = cell.metadata.get(NOTES, {})
    unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    if notes.get("beside"):
        parts.insert(0, "The given cell is unchanged; what stands beside it may be the answer.")
    elif unchanged and readable and not utils.is_task(cell) and notes.get("runs", True):
        parts.insert(0, "No response.")
    if unsafe:
        parts.append("Graded without a sandbox.")
    return " ".join(parts) or None
