"""Showing an assignment's solutions to students, once all work is over, and hiding them again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person, SolutionRelease
from grader.db.turns import wait_for_turn
from grader.domain.deadlines import check_over
from grader.domain.errors import GraderError, NoPolicy, NotOpen, StillOpen
from grader.domain.extensions import extended
from grader.domain.ledger import Act
from grader.services.ledger.ledger import record
from grader.services.policies.extensions import standing_extensions
from grader.services.policies.publishing import active_policy


@dataclass(frozen=True, slots=True)
class Release:
    """Who released an assignment's solutions, or withdrew them, and when."""

    released: bool
    by: str
    at: datetime


def release(
    session: Session,
    *,
    assignment: str,
    person_id: int,
    actor: str,
    released: bool,
    now: datetime,
) -> None:
    """Release the solutions of an assignment, or withdraw them; doing so again changes nothing.

    Raises:
        NoPolicy: nobody has said yet when the assignment ends.
        NotOpen: the assignment opens later.
        StillOpen: somebody's work could still count or be handed in.
    """
    if released:
        check_releasable(session, assignment, now)
    wait_for_turn(session, f"solutions of {assignment}")
    newest = newest_release(session, assignment)
    if released != (newest is not None and newest.released):
        session.add(
            SolutionRelease(
                assignment=assignment, person_id=person_id, released=released, created_at=now
            )
        )
        session.flush()
        record(
            session,
            act=Act.SOLUTIONS_RELEASED if released else Act.SOLUTIONS_WITHDRAWN,
            actor=actor,
            about=assignment,
            reason="Decided on the page of a solution.",
            now=now,
        )


def newest_release(session: Session, assignment: str) -> Release | None:
    """What was decided last, or None while nobody decided anything."""
    found = session.execute(
        select(SolutionRelease.released, Person.name, SolutionRelease.created_at)
        .join(Person, Person.id == SolutionRelease.person_id)
        .where(SolutionRelease.assignment == assignment)
        .order_by(SolutionRelease.id.desc())
        .limit(1)
    ).one_or_none()
    return found and Release(*found)


def shown_to_students(session: Session, assignment: str, now: datetime) -> bool:
    """Whether students may read the solutions now.

    A later policy or extension that lets work in again hides them, whatever was released before.
    """
    newest = newest_release(session, assignment)
    return newest is not None and newest.released and blocked(session, assignment, now) is None


def blocked(session: Session, assignment: str, now: datetime) -> GraderError | None:
    """The refusal that a release would meet now, or None."""
    try:
        check_releasable(session, assignment, now)
    except (NoPolicy, NotOpen, StillOpen) as refusal:
        return refusal
    return None


def check_releasable(session: Session, assignment: str, now: datetime) -> None:
    """The one question before anything is shown: is all work on the assignment over?

    Raises:
        NoPolicy: nobody has said yet when the assignment ends.
        NotOpen: the assignment opens later.
        StillOpen: somebody's work could still count or be handed in.
    """
    policy = active_policy(session, assignment)
    if policy is None:
        raise NoPolicy("No policy is published for this assignment, so nothing says when it ends.")
    more_time = standing_extensions(session, assignment)
    check_over(policy, now, extended=[extended(policy, until) for until in more_time.values()])
