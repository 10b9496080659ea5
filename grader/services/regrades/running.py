"""Drives a job of a regrade from its first chunk to its end, each step in a transaction of its own."""

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader.db.models import RegradeJob
from grader.db.session import copy_back, reading
from grader.domain.errors import GraderError, RegradeStopped
from grader.services.regrades.jobs import bury_the_dead, fail, finish
from grader.services.regrades.ranges import BUSY, are_sent
from grader.services.regrades.steps import catch_up, look_ahead, progress_of, step

COPIED_AFTER = 5_000
"""Answers, that are as many new rows."""
WORTH_HELP = 50_000
"""Answers, of which a second hand takes enough off the first one."""
CATCH_UPS = 5
"""So often at most: the switch has to come, however fast students send."""
PAUSE_SECONDS = 0.002
"""Between two ranges, so that whoever waits for SQLite's single place to write gets it."""
WAIT_SECONDS = 0.1

Writing = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]
Told = Callable[[int], None]


def begin_job(
    writing: Writing, *, start: Callable[[Session], RegradeJob], now: datetime
) -> tuple[int, int]:
    """Start a job by ``start``; gives its number, and how many answers it is about.

    Those whose processes died are ended before, in a transaction of its own: they stay ended if this is
    refused.

    Raises:
        NotFound, InvalidRequest, StalePlan, RegradeRunning: as ``start_apply`` and ``start_undo`` tell.
    """
    with writing() as session:
        bury_the_dead(session, now=now)
    with writing() as session:
        job = start(session)
        return job.id, job.total


def run_job(writing: Writing, *, job_id: int, clock: Clock, told: Told = lambda _done: None) -> int:
    """Do all that is left of a job; gives the number of the run.

    ``writing`` opens a transaction that commits at its end; ``told`` hears after each range how many answers
    are done.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        StalePlan, InvalidRequest: it can't be done any more; the job says why, too.
    """
    try:
        return _run(_work(writing, job_id, clock), told)
    except RegradeStopped:
        raise
    except GraderError as error:
        _fail(writing, job_id, clock, str(error))
        raise
    except BaseException:
        _fail(writing, job_id, clock, "It broke off; nobody's grade changed.")
        raise


def help_with(
    writing: Writing, *, job_id: int, clock: Clock, told: Told = lambda _done: None
) -> None:
    """Do what nobody else does of a job, until nothing of it is left to take.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        InvalidRequest: it can't be done.
    """
    _help(_work(writing, job_id, clock), told)


@dataclass(frozen=True, slots=True)
class _Work:
    """A job, and what is needed to work on it."""

    writing: Writing
    engine: Engine
    job_id: int
    clock: Clock

    @property
    def alone(self) -> bool:
        """Whether nobody else can write meanwhile."""
        return self.engine.dialect.name == "sqlite"


def _work(writing: Writing, job_id: int, clock: Clock) -> _Work:
    with writing() as session:
        return _Work(writing, session.get_bind().engine, job_id, clock)


def _run(work: _Work, told: Told) -> int:
    with reading(work.engine) as session:
        answers = session.get_one(RegradeJob, work.job_id).total
    helped = not work.alone and answers >= WORTH_HELP
    left = CATCH_UPS
    while True:
        with _second_hand(work) if helped else nullcontext():
            _help(work, told)
        with work.writing() as session:
            done, complete = progress_of(session, job_id=work.job_id)
            more = complete and left > 0 and catch_up(session, job_id=work.job_id)
        told(done)
        if more:
            left -= 1
        elif complete:
            break
        else:
            # Others have taken the rest. Should one of them die, its range is free again.
            time.sleep(WAIT_SECONDS)
    with work.writing() as session:
        return finish(session, job_id=work.job_id, now=work.clock()).id


def _help(work: _Work, told: Told) -> None:
    copied = 0
    while (done := _step(work)) is not None:
        told(done)
        if done - copied >= COPIED_AFTER:
            copy_back(work.engine)
            copied = done
        time.sleep(PAUSE_SECONDS)


def _step(work: _Work) -> int | None:
    ahead = None
    if work.alone:
        # Graded before the place to write is taken, for which all students wait.
        with reading(work.engine) as session:
            ahead = look_ahead(session, job_id=work.job_id, now=work.clock())
        if ahead is None:
            return None
    with work.writing() as session:
        return step(session, job_id=work.job_id, now=work.clock(), ahead=ahead)


@contextmanager
def _second_hand(work: _Work) -> Generator[None]:
    """Let a thread help, which reads while PostgreSQL writes what this one has read.

    It rests while students send answers, who need the machine too. Whatever becomes of it, this one does what
    is left; and a process that is to end waits for the piece that it is at, no longer.
    """
    ended = Event()

    def help_at_quiet_times() -> None:
        # What stops it stops the first hand too, which tells of it.
        with suppress(GraderError, SQLAlchemyError, OSError):
            while not ended.is_set():
                with reading(work.engine) as session:
                    busy = are_sent(session, work.clock())
                if busy:
                    ended.wait(BUSY.total_seconds())
                elif _step(work) is None:
                    ended.set()

    hand = Thread(target=help_at_quiet_times, name=f"second hand {work.job_id}", daemon=True)
    # Where no more threads can be started, there is one hand.
    with suppress(RuntimeError):
        hand.start()
    try:
        yield
    finally:
        ended.set()
        if hand.ident is not None:
            hand.join()


def _fail(writing: Writing, job_id: int, clock: Clock, why: str) -> None:
    # Where even this can't be written, the job is taken for dead a minute later.
    with suppress(SQLAlchemyError, OSError), writing() as session:
        fail(session, job_id=job_id, why=why, now=clock())
