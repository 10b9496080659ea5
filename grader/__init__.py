"""Pset Grader: an autograding service for problem sets with numeric answers.

Read the folders from the ground up: ``domain`` (pure rules), ``content`` (problem files) and ``db``
(rows), ``services`` (the verbs), ``web`` and ``cli`` (the doors). Imports point down only.
"""

__version__ = "0.1.0"
