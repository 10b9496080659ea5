"""Correcting a student's budget of late days by hand: each correction is a row, and they add up."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import LateDayCorrection
from grader.db.turns import wait_for_turn
from grader.domain.decisions import Decider
from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Act
from grader.domain.powers import check_not_own
from grader.domain.reasons import checked_reason
from grader.services.ledger.ledger import record
from grader.services.people.identity import person_by_login

MOST_DAYS = 30


def correct_late_days(
    session: Session, *, login: str, days: int, budget: int, by: Decider, seen: int | None
) -> None:
    """Give a student this many late days more for the term, or fewer if below zero.

    ``budget`` is what everybody has; no more can be taken than there is. ``seen`` is how many corrections
    the writer has read; None where that does not count.

    Raises:
        NotFound: there is no such student.
        NotAllowed: it is the writer's own budget.
        InvalidRequest: no days, too many, more than there are, or the reason is none.
        ChangedMeanwhile: somebody else has corrected it since.
    """
    person = person_by_login(session, login=login)
    check_not_own(by.person_id, person.id)
    if not 1 <= abs(days) <= MOST_DAYS:
        raise InvalidRequest(
            f"Say how many days: from 1 to {MOST_DAYS}, or from -1 to -{MOST_DAYS} to take some away."
        )
    reason = checked_reason(by.reason)
    wait_for_turn(session, f"late days of {person.id}")
    earlier = list_corrections(session, person_id=person.id)
    there = len(earlier)
    if seen == there - 1 and _said(earlier[0]) == (days, reason, by.actor):
        return  # The same form, sent twice.
    if seen not in {None, there}:
        raise ChangedMeanwhile(
            "The late days of this student were corrected meanwhile. Nothing was changed. Look at it first."
        )
    own = budget + sum(each.days for each in earlier)
    if own + days < 0:
        raise InvalidRequest(
            f"This student has {own} late days for the term: at most {own} can be taken away."
        )
    session.add(
        LateDayCorrection(
            person_id=person.id,
            number=there + 1,
            days=days,
            reason=reason,
            actor=by.actor,
            created_at=by.at,
        )
    )
    session.flush()
    record(
        session,
        act=Act.LATE_DAYS,
        actor=by.actor,
        about="late days",
        reason=reason,
        now=by.at,
        person_id=person.id,
        detail={"days": days},
    )


def _said(row: LateDayCorrection) -> tuple[int, str, str]:
    return row.days, row.reason, row.actor


def list_corrections(session: Session, *, person_id: int) -> list[LateDayCorrection]:
    """All corrections of a student's budget, the newest first."""
    query = select(LateDayCorrection).where(LateDayCorrection.person_id == person_id)
    return list(session.scalars(query.order_by(LateDayCorrection.id.desc())))
