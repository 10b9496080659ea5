"""Importing overrides: every row of a file, or none of them."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.turns import wait_for_turn
from grader.domain.decisions import Decider
from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.services import ledger
from grader.services.override_planning import Change, OverridePlan, plan_overrides
from grader.services.overriding import override


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
        raise ChangedMeanwhile(
            "Scores were decided meanwhile, or this is another file. Nothing was changed: look at the "
            "new preview first."
        )
    for row in plan.pending:
        override(
            session,
            course=course,
            login=row.stated.login,
            about=row.stated.part,
            points=row.stated.points,
            by=Decider(actor, actor_id, row.stated.reason, now),
            seen=row.seen,
        )
    if plan.pending:
        ledger.record(
            session,
            act=Act.IMPORT,
            actor=actor,
            about=assignment,
            reason="Imported a file of overrides.",
            now=now,
            detail={
                "format": "overrides",
                "adds": plan.count(Change.ADD),
                "changes": plan.count(Change.CHANGE),
                "sha256": sha256(raw).hexdigest(),
            },
        )
    return plan
