"""Extensions as they stand: who has more time, until when, and what was entered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActivePolicy, Extension, Person
from grader.domain.extensions import extended
from grader.domain.policy import Policy
from grader.services.keys.documents import load_policy


@dataclass(frozen=True, slots=True)
class ExtensionRecord:
    """A row as it was entered; ``in_force`` says that it is the one that decides, and gives more time."""

    login: str
    assignment: str
    until: datetime | None
    reason: str
    actor: str
    created_at: datetime
    in_force: bool


def list_extensions(
    session: Session, *, assignment: str | None = None, person_id: int | None = None
) -> list[ExtensionRecord]:
    """What was granted and withdrawn, of everybody or one person, the newest first."""
    newest = _newest()
    query = select(Extension, Person.login, Extension.id.in_(newest)).join(
        Person, Person.id == Extension.person_id
    )
    if assignment is not None:
        query = query.where(Extension.assignment == assignment)
    if person_id is not None:
        query = query.where(Extension.person_id == person_id)
    rows = session.execute(query.order_by(Extension.id.desc()))
    return [
        ExtensionRecord(
            login=login,
            assignment=row.assignment,
            until=row.until,
            reason=row.reason,
            actor=row.actor,
            created_at=row.created_at,
            in_force=decides and row.until is not None,
        )
        for row, login, decides in rows
    ]


def standing_extensions(
    session: Session, assignment: str, *, person_id: int | None = None
) -> Mapping[int, datetime]:
    """Until when each student with an extension has it, by person; in one query."""
    query = select(Extension.person_id, Extension.until).where(
        Extension.id.in_(_newest(assignment, person_id)), Extension.until.is_not(None)
    )
    return {person: until for person, until in session.execute(query) if until is not None}


def standing_extension(session: Session, assignment: str, person_id: int) -> datetime | None:
    """Until when one student has an extension, or None."""
    return standing_extensions(session, assignment, person_id=person_id).get(person_id)


def own_dates(
    session: Session, assignment: str, person_id: int
) -> tuple[Policy, datetime | None] | None:
    """The active policy with the dates that hold for this person, and until when they have an extension.

    None before a policy is published. An extension that ends before the class's due time gives nothing.
    """
    row = session.execute(
        select(ActivePolicy.policy_id, queries.newest_extension(person_id, assignment)).where(
            ActivePolicy.assignment == assignment
        )
    ).one_or_none()
    if row is None:
        return None
    policy = load_policy(session, row[0])
    own = extended(policy, row[1])
    return own, row[1] if own.due != policy.due else None


def _newest(assignment: str | None = None, person_id: int | None = None) -> Select[int]:
    query = select(func.max(Extension.id)).group_by(Extension.person_id, Extension.assignment)
    if assignment is not None:
        query = query.where(Extension.assignment == assignment)
    if person_id is not None:
        query = query.where(Extension.person_id == person_id)
    return query
