"""The steps of a job: each grades a piece of its answers, in a short transaction.

They are graded under a key that is not active yet, so that nobody sees anything of it before the switch.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from grader.db.many_rows import add_grades
from grader.db.models import RegradeJob, RegradePlan
from grader.domain.errors import RegradeStopped
from grader.services.regrades.holds import hold_range
from grader.services.regrades.missing_grades import Missing, missing_grades
from grader.services.regrades.moves import Move, applying, lock_pointer, undoing
from grader.services.regrades.ranges import (
    Piece,
    all_done,
    at_once,
    came_after,
    end_of,
    lay_out,
    put_down,
    take_piece,
)

MUCH = 20
"""So many answers take the switch as long to grade as all else that it does."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A piece of a job and the grades that it lacks, worked out; nothing is written yet.

    ``plan_id`` is the plan that is applied, None while one is undone.
    """

    piece: Piece
    key_id: int
    plan_id: int | None
    missing: Missing


def look_ahead(session: Session, *, job_id: int, now: datetime) -> Graded | None:
    """Grade the next piece that nobody has taken, to be written later; None without one.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        InvalidRequest: the key lacks a part that students have answered.
    """
    piece = take_piece(session, job_id, most=at_once(session, now))
    if piece is None:
        return None
    job = still_running(session, job_id)
    key_id = move_of(session, job).to_key_id
    missing = missing_grades(
        session, problem=job.problem, key_id=key_id, first=piece.first, last=piece.last
    )
    return Graded(piece, key_id, None if job.undoes_id else job.plan_id, missing)


def step(
    session: Session, *, job_id: int, now: datetime, ahead: Graded | None = None
) -> int | None:
    """Grade the next piece that nobody has taken, or write the one that was graded ``ahead``.

    Gives how many answers of the job are done; None if no piece is left.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        InvalidRequest: the key lacks a part that students have answered.
    """
    if ahead is not None:
        still_running(session, job_id)
    graded = ahead or look_ahead(session, job_id=job_id, now=now)
    if graded is None:
        return None
    piece, missing = graded.piece, graded.missing
    if not put_down(session, piece, answers=missing.answers, graded=missing.count):
        # Somebody else has done it since.
        return step(session, job_id=job_id, now=now)
    add_grades(session, key_id=graded.key_id, alike=missing.grades)
    if graded.plan_id is not None:
        plan = session.get_one(RegradePlan, graded.plan_id)
        hold_range(session, plan=plan, first=piece.first, last=piece.last)
    return _came_on(session, job_id, missing.answers, now)


def progress_of(session: Session, *, job_id: int) -> tuple[int, bool]:
    """How many answers are done, and whether all are that there were; else others are still at it.

    Raises:
        RegradeStopped: the job was cancelled or given up.
    """
    return still_running(session, job_id).done, all_done(session, job_id)


def catch_up(session: Session, *, job_id: int) -> bool:
    """Lay out what came in since, if that is much; what then still comes the switch grades, while all wait.

    Raises:
        RegradeStopped: the job was cancelled or given up.
    """
    job, end = still_running(session, job_id), end_of(session, job_id)
    if came_after(session, job.problem, end) < MUCH:
        return False
    lock_pointer(session, job.problem)
    lay_out(session, job, first=end + 1)
    return True


def still_running(session: Session, job_id: int, *, alone: bool = False) -> RegradeJob:
    """The job, locked if it is to be had ``alone``; unless it was stopped."""
    job = session.get_one(RegradeJob, job_id, with_for_update=alone, populate_existing=True)
    if job.state != "running":
        raise RegradeStopped(job.message)
    return job


def move_of(session: Session, job: RegradeJob) -> Move:
    """What the job does."""
    return (
        applying(session, job.plan_id) if job.undoes_id is None else undoing(session, job.undoes_id)
    )


def _came_on(session: Session, job_id: int, answers: int, now: datetime) -> int:
    """Say last of all in a step how far the job is: others who work on it wait for this row."""
    done = session.execute(
        update(RegradeJob)
        .where(RegradeJob.id == job_id, RegradeJob.state == "running")
        .values(done=RegradeJob.done + answers, beat_at=now)
        .returning(RegradeJob.done)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    # Nothing is updated of a job that was stopped meanwhile: that is told now.
    return still_running(session, job_id).done if done is None else done
