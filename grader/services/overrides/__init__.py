"""Scores that staff decide by hand, one by one or by a file."""
