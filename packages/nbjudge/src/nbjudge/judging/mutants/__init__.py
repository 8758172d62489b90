"""Checks on trial by mutants: reference solutions with one slip in them, which the checks are to catch."""
