"""Overrides that a regrade would pass by: they stay as they are, and somebody has to look at them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import Override, Person
from grader.domain.grammar import canonical
from grader.services.regrades.world import about_problem


def conflicts(
    session: Session, *, problem: str, moved: Collection[tuple[int, str]]
) -> list[dict[str, Any]]:
    """The overrides in force about parts at which a person's verdicts change, or about the whole assignment.

    ``moved`` has the ids of people with the parts. An override keeps its points whatever the verdict says.
    """
    newest = (
        select(Override.person_id, Override.about, func.max(Override.number).label("number"))
        .where(about_problem(problem))
        .group_by(Override.person_id, Override.about)
        .subquery()
    )
    rows = session.execute(
        select(Override, Person)
        .join(
            newest,
            (newest.c.person_id == Override.person_id)
            & (newest.c.about == Override.about)
            & (newest.c.number == Override.number),
        )
        .join(Person, Person.id == Override.person_id)
        .where(Override.kind != "withdrawn")
        .order_by(Person.login, Override.about)
    )
    people = {person for person, _part in moved}
    whole = problem.partition("/")[0]
    return [
        {
            "student": person.login,
            "name": person.name,
            "about": override.about,
            "kind": override.kind,
            "points": None if override.points is None else canonical(override.points),
            "actor": override.actor,
        }
        for override, person in rows
        if (override.person_id, override.about) in moved
        or (override.about == whole and override.person_id in people)
    ]
