"""Regrade requests: asked by students, answered by staff."""
