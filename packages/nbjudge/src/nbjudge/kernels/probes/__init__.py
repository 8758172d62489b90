"""`nbjudge doctor`: every limit and every wall, tried by an honest attempt to break it."""
