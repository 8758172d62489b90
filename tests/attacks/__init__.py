"""Hostile submissions, and what becomes of them under the real `nbgrader autograde`."""
