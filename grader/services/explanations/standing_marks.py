"""The marks that hold: of each student and problem the newest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import Explanation, ExplanationMark


@dataclass(frozen=True, slots=True)
class Mark:
    """What a grader said of a version of an explanation, and which version was the newest by then."""

    person_id: int
    problem: str
    number: int
    version: int
    newest_seen: int
    items: frozenset[int]
    comment: str
    actor: str
    at: datetime


def standing_marks(
    session: Session, *, problems: Collection[str], person_id: int | None = None
) -> list[Mark]:
    """The newest mark of each student for each of these problems, or of one student; in one query."""
    newest = (
        select(
            ExplanationMark.person_id,
            ExplanationMark.problem,
            func.max(ExplanationMark.number).label("number"),
        )
        .where(ExplanationMark.problem.in_(problems))
        .group_by(ExplanationMark.person_id, ExplanationMark.problem)
    )
    if person_id is not None:
        newest = newest.where(ExplanationMark.person_id == person_id)
    last = newest.subquery()
    rows = session.execute(
        select(ExplanationMark, Explanation.number.label("version"))
        .join(
            last,
            (last.c.person_id == ExplanationMark.person_id)
            & (last.c.problem == ExplanationMark.problem)
            & (last.c.number == ExplanationMark.number),
        )
        .join(Explanation, Explanation.id == ExplanationMark.explanation_id)
    )
    return [
        Mark(
            person_id=row.person_id,
            problem=row.problem,
            number=row.number,
            version=version,
            newest_seen=row.newest_seen,
            items=frozenset(row.items["applied"]),
            comment=row.comment,
            actor=row.actor,
            at=row.created_at,
        )
        for row, version in rows
    ]
