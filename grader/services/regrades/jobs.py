"""A regrade in several short transactions, so that students get in between: a job, its chunks and its end.

Chunks add grades under a key that is not active, which changes nothing anybody sees. So a job that broke off
is simply started again, and goes on where the grades end. The last transaction is the switch.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grader.db.models import RegradeJob, RegradeRun
from grader.domain.errors import RegradeRunning
from grader.domain.ledger import Act
from grader.domain.reasons import checked_reason
from grader.services.ledger.ledger import record
from grader.services.regrades.moves import (
    Move,
    applying,
    check_world,
    lock_pointer,
    switch,
    undoing,
)
from grader.services.regrades.ranges import (
    all_done,
    answers_in,
    end_of,
    graded_in,
    lay_out,
)
from grader.services.regrades.steps import move_of, still_running
from grader.services.regrades.world import ANSWERS, GROWING, planned_answers

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


def finish(session: Session, *, job_id: int, now: datetime) -> RegradeRun:
    """The switch: what came in meanwhile is graded, the other key becomes the active one, and it is recorded.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        RegradeRunning: others are still grading.
        StalePlan: a key, the policy or an override moved while it ran; nothing was switched.
    """
    job = still_running(session, job_id, alone=True)
    if not all_done(session, job_id):
        raise RegradeRunning(f"Others are still grading {job.problem}.")
    move = move_of(session, job)
    before, upto = graded_in(session, job_id), end_of(session, job_id)
    pointer = lock_pointer(session, job.problem)
    check_world(session, move, growing=GROWING)
    run = switch(
        session,
        move=move,
        pointer=pointer,
        reason=job.reason,
        actor=job.actor,
        graded=before,
        upto=upto,
        now=now,
    )
    came = answers_in(session, job_id) - job.total + run.graded - before
    job.done, job.run_id = job.total + came, run.id
    job.message = " ".join(filter(None, (job.message, _in_words(came, "came in while it ran"))))
    _end(job, "done", now)
    return run


def cancel(session: Session, *, job_id: int, actor: str, now: datetime) -> None:
    """Stop a job before it takes effect; one that has ended stays as it is."""
    job = session.get(RegradeJob, job_id, with_for_update=True, populate_existing=True)
    if job is not None and job.state == "running":
        job.message = f"Cancelled by {actor}; nobody's grade changed."
        _end(job, "cancelled", now)
        session.flush()
        record(
            session,
            act=Act.REGRADE_STOPPED,
            actor=actor,
            about=job.problem,
            reason="Stopped before it took effect; nobody's grade changed.",
            now=now,
            detail={"job": job.id},
        )


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
    job = RegradeJob(
        problem=move.problem,
        plan_id=move.plan.id,
        undoes_id=move.undoes,
        actor=actor,
        reason=said,
        state="running",
        done=0,
        total=0,
        message="",
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
    check_world(session, move, growing=ANSWERS)
    laid = lay_out(session, job)
    session.flush()
    # Answers on their way come to their end, so that none can turn up later behind those that are laid out.
    # On PostgreSQL students wait from here on, and not before.
    lock_pointer(session, move.problem)
    job.total = laid + lay_out(session, job, first=end_of(session, job.id) + 1)
    if move.undoes is None:
        since = job.total - planned_answers(move.plan.content["world"])
        job.message = _in_words(since, "came since it was planned")
    session.flush()
    return job


def bury_the_dead(session: Session, *, now: datetime) -> None:
    """End the jobs whose processes died, so that others can start."""
    session.execute(
        update(RegradeJob)
        .where(RegradeJob.state == "running", RegradeJob.beat_at < now - DEAD_AFTER)
        .values(state="failed", message="It was interrupted; nobody's grade changed.", ended_at=now)
    )


def _end(job: RegradeJob, state: str, now: datetime) -> None:
    job.state, job.beat_at, job.ended_at = state, now, now


def _in_words(answers: int, came: str) -> str:
    if answers <= 0:
        return ""
    return f"{answers} answer{'s' * (answers != 1)} {came}, and {'is' if answers == 1 else 'are'} graded too."
