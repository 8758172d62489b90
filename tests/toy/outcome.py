"""What the gradebook says of one submission."""

from __future__ import annotations

from nbgrader.api import SubmittedAssignment


class Outcome:
    """Scores by exercise, and what a person is asked and told."""

    def __init__(self, submission: SubmittedAssignment):
        (notebook,) = submission.notebooks
        self.scores: dict[str, float | None] = {
            grade.name.removeprefix("test_"): grade.auto_score for grade in notebook.grades
        }
        self.manual: list[float] = [grade.manual_score for grade in notebook.grades if grade.manual_score is not None]
        self.needs_person: bool = submission.needs_manual_grade
        self.comment = " ".join(comment.comment or "" for comment in notebook.comments).strip()

    @property
    def settled(self) -> bool:
        """Every grading cell has a score, or a person is asked to look and told why."""
        return None not in self.scores.values() or (self.needs_person and bool(self.comment))

    def points(self, exercise: str) -> float:
        return self.scores[exercise] or 0.0
