"""A plan or a run as staff look at it: what it is about, how it stands, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader.db.models import KeyDiscard, RegradePlan
from grader.services.keys.provenance import lineage
from grader.services.keys.waiting import DraftEdit, edits_between
from grader.services.regrades.history import (
    PlanRecord,
    RunRecord,
    list_runs,
    plan_record,
    run_record,
)
from grader.services.regrades.moves import applying, undoing, why_not
from grader.services.regrades.progress import Job, jobs_under_way, last_job
from grader.services.regrades.world import came_since


@dataclass(frozen=True, slots=True)
class PlanLook:
    """A plan: the ``edits`` on the way to its key, the runs there were of it, and how it stands.

    ``recomputed`` says that the two keys were computed apart, ``discarded`` that its key was put aside,
    ``stale`` what moved, and ``came`` how many answers came since; ``job`` is what runs of the problem just
    now, ``last`` its own newest one.
    """

    record: PlanRecord
    edits: tuple[DraftEdit, ...]
    recomputed: bool
    runs: tuple[RunRecord, ...]
    discarded: bool
    stale: str
    came: int
    job: Job | None
    last: Job | None

    @property
    def applied(self) -> RunRecord | None:
        """The run of it that stands."""
        standing = (r for r in self.runs if r.run and not r.undoes and not r.undone_by)
        return next(standing, None)


@dataclass(frozen=True, slots=True)
class RunLook:
    """A run with its plan; ``kept`` says why it can't be undone, or nothing if it can."""

    record: RunRecord
    plan: PlanRecord
    kept: str
    job: Job | None
    last: Job | None


def look_at_plan(session: Session, *, plan_id: int, now: datetime) -> PlanLook:
    """One plan.

    Raises:
        NotFound: there is none.
    """
    record = plan_record(session, plan_id)
    row = session.get_one(RegradePlan, plan_id)
    return PlanLook(
        record=record,
        edits=edits_between(session, from_key_id=row.from_key_id, to_key_id=row.to_key_id),
        recomputed=lineage(session, row.from_key_id)[-1] != lineage(session, row.to_key_id)[-1],
        runs=tuple(list_runs(session, plan_id=plan_id)),
        discarded=session.get(KeyDiscard, row.to_key_id) is not None,
        stale=why_not(session, applying(session, plan_id)),
        came=came_since(session, record.problem, row.content["world"]),
        job=_job_of(session, record.problem, now),
        last=last_job(session, plan_id=plan_id, undoes=None, now=now),
    )


def look_at_run(session: Session, *, run_id: int, now: datetime) -> RunLook:
    """One run.

    Raises:
        NotFound: there is none.
    """
    record = run_record(session, run_id)
    itself_an_undo = record.undoes is not None
    return RunLook(
        record=record,
        plan=plan_record(session, record.plan),
        kept="It took an earlier one back. To go there again, apply that plan again, or a new one once it is "
        "out of date."
        if itself_an_undo
        else why_not(session, undoing(session, run_id)),
        job=_job_of(session, record.problem, now),
        last=last_job(session, plan_id=record.plan, undoes=record.undoes, now=now),
    )


def _job_of(session: Session, problem: str, now: datetime) -> Job | None:
    jobs = (job for job in jobs_under_way(session, now=now) if job.problem == problem)
    return next(jobs, None)
