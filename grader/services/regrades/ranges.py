"""A job's work in pieces: who is free takes the next one, in this process or on another machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, insert, select, update
from sqlalchemy.orm import Session

from grader.db.models import RegradeJob, RegradeRange, Submission

ANSWERS_AT_ONCE = 10_000
TAKEN_OF_ONE = 10
FEW_AT_ONCE = 500
"""On SQLite, while students send answers: each of those waits until the piece is written."""
BUSY = timedelta(seconds=1)
"""Students send answers as long as the last one is no older."""


def lay_out(session: Session, job: RegradeJob, *, first: int = 1) -> int:
    """Cut the answers that there are from this one on into ranges; gives how many answers that is."""
    # To count takes time, for which all wait on SQLite; and there one process alone takes of a range what
    # suits it, while on PostgreSQL each takes a whole one.
    alone = session.get_bind().dialect.name == "sqlite"
    most = ANSWERS_AT_ONCE * (TAKEN_OF_ONE if alone else 1)
    ranges = []
    while (cut := _cut(session, job.problem, first, most)) is not None:
        last, answers = cut
        ranges.append(RegradeRange(job_id=job.id, first=first, last=last, answers=answers))
        first = last + 1
    session.add_all(ranges)
    return sum(each.answers for each in ranges)


def _cut(session: Session, problem: str, first: int, most: int) -> tuple[int, int] | None:
    """The last answer of the range that begins here, and how many are in it; None behind the last of all."""
    in_order = _in_order(problem, first)
    last = session.scalars(in_order.offset(most - 1).limit(1)).one_or_none()
    if last is not None:
        return last, most
    rest = in_order.subquery()
    last, answers = session.execute(select(func.max(rest.c.id), func.count(rest.c.id))).one()
    return None if last is None else (last, answers)


def _in_order(problem: str, first: int) -> Select[int]:
    """The answers to a problem from this one on, by their numbers."""
    theirs = select(Submission.id).where(Submission.problem == problem, Submission.id >= first)
    return theirs.order_by(Submission.id)


@dataclass(frozen=True, slots=True)
class Piece:
    """The answers from one to another, both included; or the beginning of a range, which ends at ``end``."""

    job_id: int
    first: int
    last: int
    answers: int
    end: int


def take_piece(session: Session, job_id: int, *, most: int) -> Piece | None:
    """The next range that nobody has taken, or the beginning of one with more answers; None if none is left.

    On PostgreSQL it is this one's until the end of the transaction: should whoever took it die, the database
    lets go of it.
    """
    taken = session.scalars(
        select(RegradeRange)
        .where(RegradeRange.job_id == job_id, RegradeRange.graded.is_(None))
        .order_by(RegradeRange.last)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if taken is None:
        return None
    if taken.answers <= most:
        return Piece(job_id, taken.first, taken.last, taken.answers, taken.last)
    problem = session.get_one(RegradeJob, job_id).problem
    last = session.scalars(_in_order(problem, taken.first).offset(most - 1).limit(1)).one()
    return Piece(job_id, taken.first, last, most, taken.last)


def put_down(session: Session, piece: Piece, *, answers: int, graded: int) -> bool:
    """Note that a piece is done, with how many grades; False if it is not to be had any more.

    It may have more ``answers`` than were laid out, of those that were on their way then.
    """
    whole = piece.last == piece.end
    done = {RegradeRange.graded: graded, RegradeRange.answers: answers}
    rest = {
        RegradeRange.first: piece.last + 1,
        RegradeRange.answers: RegradeRange.answers - piece.answers,
    }
    moved = session.execute(
        update(RegradeRange)
        .where(
            RegradeRange.job_id == piece.job_id,
            RegradeRange.last == piece.end,
            RegradeRange.first == piece.first,
            RegradeRange.graded.is_(None),
        )
        .values(done if whole else rest)
        .returning(RegradeRange.last)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is not None and not whole:
        session.execute(
            insert(RegradeRange).values(
                job_id=piece.job_id,
                first=piece.first,
                last=piece.last,
                answers=answers,
                graded=graded,
            )
        )
    return moved is not None


def at_once(session: Session, now: datetime) -> int:
    """How many answers are graded in one go: few where students would have to wait for it."""
    alone = session.get_bind().dialect.name == "sqlite"
    few = min(FEW_AT_ONCE, ANSWERS_AT_ONCE)
    return few if alone and are_sent(session, now) else ANSWERS_AT_ONCE


def are_sent(session: Session, now: datetime) -> bool:
    """Whether students are sending answers, to whichever problem."""
    newest = session.scalars(
        select(Submission.submitted_at).order_by(Submission.id.desc()).limit(1)
    ).one_or_none()
    return newest is not None and now - newest <= BUSY


def all_done(session: Session, job_id: int) -> bool:
    """Whether every range is graded."""
    undone = exists().where(RegradeRange.job_id == job_id, RegradeRange.graded.is_(None))
    return not session.execute(select(undone)).scalar()


def end_of(session: Session, job_id: int) -> int:
    """The last answer in any range; 0 without one."""
    last = select(func.coalesce(func.max(RegradeRange.last), 0))
    return session.scalars(last.where(RegradeRange.job_id == job_id)).one()


def came_after(session: Session, problem: str, end: int) -> int:
    """How many answers to a problem have a larger number than this one."""
    return session.scalars(
        select(func.count()).where(Submission.problem == problem, Submission.id > end)
    ).one()


def answers_in(session: Session, job_id: int) -> int:
    """How many answers there are in all ranges."""
    answers = select(func.coalesce(func.sum(RegradeRange.answers), 0))
    return int(session.scalars(answers.where(RegradeRange.job_id == job_id)).one())


def graded_in(session: Session, job_id: int) -> int:
    """How many grades were added in all ranges."""
    graded = select(func.sum(RegradeRange.graded)).where(RegradeRange.job_id == job_id)
    return int(session.scalars(graded).one() or 0)
