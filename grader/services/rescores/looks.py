"""A plan or a run of a rescore as staff look at it: what it is about, how it stands, and what came of it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from grader.db.models import RescorePlan
from grader.domain.problem import Course
from grader.services.policies.waiting import WaitingPolicy, waiting_policies
from grader.services.rescores.history import (
    PlanRecord,
    RunRecord,
    effect_record,
    list_runs,
    plan_record,
    run_record,
)
from grader.services.rescores.moves import applying, undoing, why_not
from grader.services.rescores.world import came_since


@dataclass(frozen=True, slots=True)
class Overview:
    """The policies that wait, and what was planned and done; the newest first."""

    waiting: tuple[WaitingPolicy, ...]
    history: tuple[RunRecord, ...]


@dataclass(frozen=True, slots=True)
class PlanLook:
    """A plan: the runs there were of it, what moved since in ``stale``, and how many answers ``came``."""

    record: PlanRecord
    runs: tuple[RunRecord, ...]
    stale: str
    came: int

    @property
    def applied(self) -> RunRecord | None:
        """The run of it that stands."""
        standing = (r for r in self.runs if r.run and not r.undoes and not r.undone_by)
        return next(standing, None)


@dataclass(frozen=True, slots=True)
class RunLook:
    """A run, and what it changed then; ``kept`` says why it can't be undone, or nothing if it can."""

    record: RunRecord
    effect: PlanRecord
    kept: str


def look_around(session: Session, *, course: Course, limit: int) -> Overview:
    """The policies that wait, and the newest plans and runs, so many at most."""
    history = list_runs(session, limit=limit)
    return Overview(
        waiting=tuple(waiting_policies(session, course=course)),
        history=tuple(sorted(history, key=lambda each: (each.at, each.run or 0), reverse=True)),
    )


def look_at_plan(session: Session, *, course: Course, plan_id: int) -> PlanLook:
    """One plan.

    Raises:
        NotFound: there is none.
    """
    record = plan_record(session, plan_id)
    newest = session.get_one(RescorePlan, plan_id).content["newest answer"]
    assignment = course.assignment(record.assignment)
    return PlanLook(
        record=record,
        runs=tuple(list_runs(session, plan_id=plan_id)),
        stale=why_not(session, applying(session, plan_id), course=course),
        came=came_since(session, assignment=assignment, newest=newest) if assignment else 0,
    )


def look_at_run(session: Session, *, course: Course, run_id: int) -> RunLook:
    """One run.

    Raises:
        NotFound: there is none.
    """
    record = run_record(session, run_id)
    return RunLook(
        record=record,
        effect=effect_record(session, run_id),
        kept="It took an earlier one back. To go there again, apply that plan again, or a new one once it is "
        "out of date."
        if record.undoes is not None
        else why_not(session, undoing(session, run_id), course=course),
    )
