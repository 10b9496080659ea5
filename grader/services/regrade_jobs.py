"""A regrade in several short transactions, so that students get in between: a job, its chunks and its end.

Chunks add grades under a key that is not active, which changes nothing anybody sees. So a job that broke off
is simply started again, and goes on where the grades end. The last transaction is the switch.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grader.db.models import RegradeJob, RegradeRun
from grader.domain.errors import RegradeRunning, RegradeStopped
from grader.domain.reasons import checked_reason
from grader.services.missing_grades import Chunk, count_missing, grade_some
from grader.services.regrade_moves import (
    Move,
    applying,
    check_world,
    lock_pointer,
    switch,
    undoing,
)
from grader.services.regrade_world import ANSWERS, GROWING, came_since

CHUNK = 2_000
DEAD_AFTER = timedelta(seconds=60)
"""Without a sign of life for so long, a job is taken for dead."""


def start_apply(
    session: Session, *, plan_id: int, reason: str, actor: str, now: datetime
) -> RegradeJob:
    """Begin to apply a plan; its world has to be as it was, apart from answers that came since.

    Raises:
        NotFound: there is no such plan.
        InvalidRequest: no reason is given.
        StalePlan: the world moved since; the message says what moved.
        RegradeRunning: a regrade of the problem is under way.
    """
    return _start(session, applying(session, plan_id), reason, actor, now)


def start_undo(
    session: Session, *, run_id: int, reason: str, actor: str, now: datetime
) -> RegradeJob:
    """Begin to undo a run.

    Raises:
        NotFound: there is no such run.
        InvalidRequest: no reason is given, or the run is itself an undo.
        StalePlan: it was undone already, or a later run moved the pointer on.
        RegradeRunning: a regrade of the problem is under way.
    """
    return _start(session, undoing(session, run_id), reason, actor, now)


def step(session: Session, *, job_id: int, after: int, now: datetime) -> Chunk | None:
    """Add the next chunk of grades, of submissions behind this one; None at the end.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        InvalidRequest: the key lacks a part that students have answered.
    """
    job = _running(session, job_id)
    move = _move_of(session, job)
    chunk = grade_some(session, problem=job.problem, key_id=move.to_key_id, after=after, most=CHUNK)
    job.beat_at = now
    if chunk is not None:
        job.done += chunk.graded
    return chunk


def finish(session: Session, *, job_id: int, now: datetime) -> RegradeRun:
    """The switch: what came in meanwhile is graded, the other key becomes the active one, and it is recorded.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        StalePlan: a key, the policy or an override moved while it ran; nothing was switched.
    """
    job = _running(session, job_id)
    move = _move_of(session, job)
    pointer = lock_pointer(session, job.problem)
    check_world(session, move, growing=GROWING)
    run = switch(
        session,
        move=move,
        pointer=pointer,
        reason=job.reason,
        actor=job.actor,
        graded=job.done,
        now=now,
    )
    job.done, job.run_id = run.graded, run.id
    while_it_ran = _in_words(run.graded - job.total, "came in while it ran")
    job.message = " ".join(filter(None, (job.message, while_it_ran)))
    _end(job, "done", now)
    return run


def cancel(session: Session, *, job_id: int, actor: str, now: datetime) -> None:
    """Stop a job before it takes effect; one that has ended stays as it is."""
    job = session.get(RegradeJob, job_id, with_for_update=True, populate_existing=True)
    if job is not None and job.state == "running":
        job.message = f"Cancelled by {actor}; nobody's grade changed."
        _end(job, "cancelled", now)


def fail(session: Session, *, job_id: int, why: str, now: datetime) -> None:
    """Say why a job ended without effect."""
    job = session.get(RegradeJob, job_id, with_for_update=True, populate_existing=True)
    if job is not None and job.state == "running":
        job.message = why
        _end(job, "failed", now)


def _start(  # noqa: PLR0917 - two callers, both above.
    session: Session, move: Move, reason: str, actor: str, now: datetime
) -> RegradeJob:
    said = checked_reason(reason)
    check_world(session, move, growing=ANSWERS)
    since = 0
    if move.undoes is None:
        since = came_since(session, move.problem, move.plan.content["world"])
    job = RegradeJob(
        problem=move.problem,
        plan_id=move.plan.id,
        undoes_id=move.undoes,
        actor=actor,
        reason=said,
        state="running",
        done=0,
        total=count_missing(session, move.problem, move.to_key_id),
        message=_in_words(since, "came since it was planned"),
        started_at=now,
        beat_at=now,
    )
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError as error:
        # The one index of this table that can object: another job of the problem is running.
        raise RegradeRunning(
            f"A regrade of {move.problem} is under way. Wait for its end, or cancel it."
        ) from error
    return job


def bury_the_dead(session: Session, *, now: datetime) -> None:
    """End the jobs whose processes died, so that others can start."""
    session.execute(
        update(RegradeJob)
        .where(RegradeJob.state == "running", RegradeJob.beat_at < now - DEAD_AFTER)
        .values(state="failed", message="It was interrupted; nobody's grade changed.", ended_at=now)
    )


def _running(session: Session, job_id: int) -> RegradeJob:
    job = session.get_one(RegradeJob, job_id, with_for_update=True, populate_existing=True)
    if job.state != "running":
        raise RegradeStopped(job.message)
    return job


def _move_of(session: Session, job: RegradeJob) -> Move:
    return (
        applying(session, job.plan_id) if job.undoes_id is None else undoing(session, job.undoes_id)
    )


def _end(job: RegradeJob, state: str, now: datetime) -> None:
    job.state, job.beat_at, job.ended_at = state, now, now


def _in_words(answers: int, came: str) -> str:
    if not answers:
        return ""
    return f"{answers} answer{'s' * (answers != 1)} {came}, and {'is' if answers == 1 else 'are'} graded too."
