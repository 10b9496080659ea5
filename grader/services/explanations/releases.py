"""Showing the marks of an assignment's explanations to students, and hiding them again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import MarkRelease, table
from grader.db.turns import wait_for_turn
from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Act
from grader.domain.problem import Assignment
from grader.services.explanations.standing_marks import standing_marks
from grader.services.ledger import ledger


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """Whether students are shown the marks, who decided it and when; ``number`` counts the decisions."""

    released: bool
    actor: str
    at: datetime
    number: int


def newest_decision(session: Session, *, assignment: str) -> ReleaseDecision | None:
    """What was decided last, or None while nobody decided anything."""
    count = select(func.count()).where(MarkRelease.assignment == assignment).scalar_subquery()
    row = session.execute(
        select(MarkRelease.released, MarkRelease.actor, MarkRelease.created_at, count)
        .where(MarkRelease.assignment == assignment)
        .order_by(MarkRelease.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else ReleaseDecision(*row)


def marks_released(session: Session, *, assignment: str) -> bool:
    """Whether students are shown the marks of an assignment."""
    newest = newest_decision(session, assignment=assignment)
    return newest is not None and newest.released


def release_marks(
    session: Session,
    *,
    assignment: Assignment,
    released: bool,
    seen: int | None,
    actor: str,
    now: datetime,
) -> None:
    """Show the marks or hide them; doing so again changes nothing. ``seen`` counts the decisions known.

    Raises:
        InvalidRequest: there is no mark that could be shown.
        ChangedMeanwhile: somebody else has decided since.
    """
    wait_for_turn(session, f"release of marks {assignment.slug}")
    newest = newest_decision(session, assignment=assignment.slug)
    if released == (newest is not None and newest.released):
        return
    if seen not in {None, newest.number if newest else 0}:
        raise ChangedMeanwhile("Somebody else has decided about these marks meanwhile. Look first.")
    marks = standing_marks(session, problems=[each.slug for each in assignment.problems])
    if released and not marks:
        raise InvalidRequest("No explanation is marked yet, so there is nothing to show.")
    row = {"assignment": assignment.slug, "released": released, "actor": actor, "created_at": now}
    session.execute(insert(table(MarkRelease)), row)
    ledger.record(
        session,
        act=Act.MARKS_RELEASED if released else Act.MARKS_WITHDRAWN,
        actor=actor,
        about=assignment.slug,
        reason="",
        now=now,
        detail={"marks": len(marks)},
    )
