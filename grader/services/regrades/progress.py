"""How far the regrades that are under way have come, and how the last ones ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import RegradeJob
from grader.domain.errors import NotFound
from grader.services.regrades.jobs import DEAD_AFTER

INTERRUPTED = "interrupted"
"""The state of a job that says it runs, and gave no sign of life for too long."""


@dataclass(frozen=True, slots=True)
class Job:
    """An application of a plan, or the undoing of the run ``undoes``; ``run`` is what came of it."""

    id: int
    problem: str
    plan: int
    undoes: int | None
    state: str
    done: int
    total: int
    message: str
    actor: str
    reason: str
    started_at: datetime
    ended_at: datetime | None
    run: int | None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state == "running"


def find_job(session: Session, *, job_id: int, now: datetime) -> Job:
    """One job.

    Raises:
        NotFound: there is none with this number.
    """
    row = session.get(RegradeJob, job_id)
    if row is None:
        raise NotFound("There is no such regrade.")
    return _job(row, now)


def jobs_under_way(session: Session, *, now: datetime) -> list[Job]:
    """Those that run, and those that broke off."""
    rows = session.scalars(
        select(RegradeJob).where(RegradeJob.state == "running").order_by(RegradeJob.id)
    )
    return [_job(row, now) for row in rows.all()]


def last_job(session: Session, *, plan_id: int, undoes: int | None, now: datetime) -> Job | None:
    """The newest job that applies this plan, or undoes this run of it."""
    row = session.scalars(
        select(RegradeJob)
        .where(RegradeJob.plan_id == plan_id, RegradeJob.undoes_id.is_not_distinct_from(undoes))
        .order_by(RegradeJob.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _job(row, now)


def _job(row: RegradeJob, now: datetime) -> Job:
    dead = row.state == "running" and row.beat_at < now - DEAD_AFTER
    return Job(
        id=row.id,
        problem=row.problem,
        plan=row.plan_id,
        undoes=row.undoes_id,
        state=INTERRUPTED if dead else row.state,
        done=row.done,
        # Of what came in while it ran, more may be done than there was to do.
        total=max(row.total, row.done),
        message=row.message,
        actor=row.actor,
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
        run=row.run_id,
    )
