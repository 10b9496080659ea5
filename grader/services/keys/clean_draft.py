"""What a clean process does: draft one problem's key, and print it. Started by ``clean_processes`` only."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from pydantic import TypeAdapter

from grader.content.loading import load_catalog
from grader.domain.errors import SolutionError
from grader.domain.grading import AnswerKey
from grader.services.keys.drafting import draft_key

KEY = TypeAdapter(AnswerKey)
"""Writes and reads a key without loading what belongs to the database: this runs twice a problem."""


def main(arguments: Sequence[str]) -> None:
    """Print the key of a problem as JSON; the arguments are the two folders of its catalog, and its slug.

    Raises:
        SolutionError: it can't be solved here.
    """
    problems, instance, slug = arguments
    catalog = load_catalog(Path(problems), Path(instance), only=(slug,))
    problem = catalog.course.problem(slug)
    if problem is None:
        raise SolutionError(f"{slug} is gone")
    # What a solution prints must not stand before the document.
    with redirect_stdout(sys.stderr):
        key = draft_key(catalog, problem).key
    sys.stdout.write(KEY.dump_json(key).decode())
