"""What regrades changed for one student: told to them, without the reasons that staff gave each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from grader.db.models import Person, RegradePlan, RegradeRun
from grader.services.keys.documents import read_once


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem's key changed, or changed back, and a student's score with it.

    ``before`` and ``after`` are the points of all parts of the assignment, marks of explanations apart.
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
        select(RegradeRun, RegradePlan.problem)
        .join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
        .where(RegradePlan.problem.in_(list(problems)))
        .order_by(RegradeRun.id.desc())
    )
    return tuple(
        _notice(run, problem, *change)
        for run, problem in moves.all()
        if (change := _changes(session, run.plan_id).get(login)) is not None
    )


def _changes(session: Session, plan_id: int) -> Mapping[str, tuple[Decimal, Decimal]]:
    """By login the points before and after. A plan names the whole class, so it is read once a process."""

    def read(connection: Connection) -> dict[str, tuple[Decimal, Decimal]]:
        content = connection.execute(
            select(RegradePlan.content).where(RegradePlan.id == plan_id)
        ).scalar_one()
        return {
            each["student"]: (Decimal(each["before"]), Decimal(each["after"]))
            for each in content["students"]
        }

    return read_once(session, ("plan", plan_id), read)


def _notice(run: RegradeRun, problem: str, before: Decimal, after: Decimal) -> Notice:
    undone = run.undoes_id is not None
    if undone:
        before, after = after, before
    return Notice(problem, run.created_at, before, after, undone)
