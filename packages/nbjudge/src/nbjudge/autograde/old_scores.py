"""Scores of an earlier grading are taken back before a new one begins, so that its failure leaves none standing."""

from __future__ import annotations

import time

from nbgrader.api import Gradebook, InvalidEntry

UNFINISHED = "The grading of this submission did not finish."
_TRIES = 20


def missing(notebook: str) -> str:
    """Why a person must look at a submission without one of its notebooks."""
    return f"The submission holds no file {notebook}.ipynb."


def note_submission(gradebook: Gradebook, student: str, assignment: str) -> None:
    """Make sure that the gradebook knows the student and the submission, whoever else is making the same entries."""
    for left in reversed(range(_TRIES)):
        try:
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(assignment, student)
            return
        except InvalidEntry:  # another grader was faster
            if not left:
                raise
            gradebook.db.rollback()
            time.sleep(0.05)


def forget_scores(gradebook: Gradebook, student: str, assignment: str, notebook: str, why: str = UNFINISHED) -> None:
    """Take back what an earlier grading gave, so that a failure from here on never leaves an old score standing."""
    submission = gradebook.find_submission_notebook(notebook, assignment, student)
    for grade in submission.grades:
        grade.auto_score, grade.needs_manual_grade = None, True
    for comment in submission.comments:
        comment.auto_comment = why
    gradebook.db.commit()
