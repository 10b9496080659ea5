"""Submissions that were collected elsewhere, taken in as a whole or not at all."""
