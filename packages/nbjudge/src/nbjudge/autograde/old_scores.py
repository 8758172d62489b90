"""Scores of an earlier grading are taken back before a new one begins, so that its failure leaves none standing."""

from __future__ import annotations

from nbgrader.api import Gradebook

UNFINISHED = "The grading of this submission did not finish."


def missing(notebook: str) -> str:
    """Why a person must look at a submission without one of its notebooks."""
    return f"The submission holds no file {notebook}.ipynb."


def forget_scores(gradebook: Gradebook, entry: dict, why: str = UNFINISHED) -> None:
    """Take back what an earlier grading gave, so that a failure from here on never leaves an old score standing."""
    submission = gradebook.find_submission_notebook(entry["notebook"], entry["assignment"], entry["student"])
    for grade in submission.grades:
        grade.auto_score, grade.needs_manual_grade = None, True
    for comment in submission.comments:
        comment.auto_comment = why
    gradebook.db.commit()
