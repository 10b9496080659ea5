"""What regrades changed for one student: told to them, without the reasons that staff gave each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person, RegradePlan, RegradeRun


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem's key changed, or changed back, and a student's score with it.

    ``before`` and ``after`` are the points of the whole assignment.
    """

    problem: str
    at: datetime
    before: Decimal
    after: Decimal
    undone: bool


def regrade_notices(
    session: Session, *, person_id: int, problems: Iterable[str]
) -> tuple[Notice, ...]:
    """The regrades of these problems that changed a verdict of this student's, newest first."""
    login = session.get_one(Person, person_id).login
    moves = session.execute(
        select(RegradeRun, RegradePlan)
        .join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
        .where(RegradePlan.problem.in_(list(problems)))
        .order_by(RegradeRun.id.desc())
    )
    return tuple(
        _notice(run, plan, Decimal(each["before"]), Decimal(each["after"]))
        for run, plan in moves
        for each in plan.content["students"]
        if each["student"] == login
    )


def _notice(run: RegradeRun, plan: RegradePlan, before: Decimal, after: Decimal) -> Notice:
    undone = run.undoes_id is not None
    if undone:
        before, after = after, before
    return Notice(plan.problem, run.created_at, before, after, undone)
