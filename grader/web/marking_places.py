"""Where an explanation is marked: an address that does not say whose it is."""

from flask import current_app, url_for

from grader.domain.marks import place


def secret() -> str:
    """What the places are made with: without it nobody can tell whose a place is."""
    return str(current_app.secret_key)


def marking_address(problem: str, person_id: int) -> str:
    """Where staff mark this person's explanation of a problem."""
    slug, _, name = problem.partition("/")
    return url_for("marking.page", slug=slug, name=name, at=place(secret(), problem, person_id))
