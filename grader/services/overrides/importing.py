"""Importing overrides: every row of a file, or none of them."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.turns import wait_for_turn
from grader.domain.decisions import DecisionKind
from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.services.ledger.ledger import NewEntry, record_all
from grader.services.overrides.planning import Change, OverridePlan, plan_overrides
from grader.services.overrides.rows import (
    NewDecision,
    newest_decisions,
    store_decisions,
    take_turns,
)


def import_overrides(
    session: Session,
    *,
    course: Course,
    assignment: str,
    raw: bytes,
    digest: str | None,
    actor: str,
    actor_id: int | None,
    now: datetime,
) -> OverridePlan:
    """Decide every score as a file states it; ``digest`` is that of the plan that was shown, if one was.

    Raises:
        NotFound: there is no such assignment.
        NoPolicy: none is published, so no part has points.
        ImportRefused: the file has rows that can't be taken.
        ChangedMeanwhile: the plan is another one by now.
    """
    wait_for_turn(session, f"importing overrides of {assignment[:100]}")
    plan = plan_overrides(session, course=course, assignment=assignment, raw=raw, actor_id=actor_id)
    if digest is not None and plan.digest != digest:
        raise _changed()
    if not plan.pending:
        return plan
    _take_turns(session, plan)
    decisions = [
        NewDecision(
            person_id=row.person_id,
            about=row.stated.part,
            number=row.seen + 1,
            kind=DecisionKind.POINTS,
            points=row.stated.points,
            reason=row.stated.reason,
            actor=actor,
            at=now,
        )
        for row in plan.pending
    ]
    store_decisions(session, decisions)
    whole = NewEntry(
        act=Act.IMPORT,
        actor=actor,
        about=assignment,
        reason="Imported a file of overrides.",
        at=now,
        detail={
            "format": "overrides",
            "adds": plan.count(Change.ADD),
            "changes": plan.count(Change.CHANGE),
            "sha256": sha256(raw).hexdigest(),
        },
    )
    record_all(session, [*(each.entry for each in decisions), whole])
    return plan


def _take_turns(session: Session, plan: OverridePlan) -> None:
    """Take the turn of every score; what somebody decided while we waited for it stops the import."""
    take_turns(session, [(row.person_id, row.stated.part) for row in plan.pending])
    standing = newest_decisions(session, {row.stated.part for row in plan.pending})
    for row in plan.pending:
        newest = standing.get((row.person_id, row.stated.part))
        if (newest.number if newest else 0) != row.seen:
            raise _changed()


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Scores were decided meanwhile, or this is another file. Nothing was changed: look at the "
        "new preview first."
    )
