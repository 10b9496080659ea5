"""Explanations that students write: their versions, and how staff mark them by a rubric."""
