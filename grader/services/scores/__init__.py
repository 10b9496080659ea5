"""Scores, folded from the grades that stand each time they are read, and the staff's decisions in them."""
