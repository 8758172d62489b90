"""`nbjudge check`: notebooks, Python files and modules judged for who wants to know, and not for marks."""
