"""Grading in parallel, by the real command with real workers; and beside nbgrader's own."""
