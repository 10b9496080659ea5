"""Drives a job of a regrade from its first chunk to its end, each step in a transaction of its own."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader.db.models import RegradeJob
from grader.domain.errors import GraderError, RegradeStopped
from grader.services.regrade_jobs import bury_the_dead, fail, finish, step

PAUSE_SECONDS = 0.02
"""Between two chunks, so that whoever waits for SQLite's single place to write gets it."""

Writing = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]
Told = Callable[[int], None]


def begin_job(
    writing: Writing, *, start: Callable[[Session], RegradeJob], now: datetime
) -> tuple[int, int]:
    """Start a job by ``start``; gives its number, and how many grades are missing.

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


def run_job(
    writing: Writing, *, job_id: int, clock: Clock, told: Told = lambda _graded: None
) -> int:
    """Do all that is left of a job; gives the number of the run.

    ``writing`` opens a transaction that commits at its end; ``told`` hears after each chunk how many grades
    it added.

    Raises:
        RegradeStopped: the job was cancelled or given up.
        StalePlan, InvalidRequest: it can't be done any more; the job says why, too.
    """
    try:
        return _run(writing, job_id, clock, told)
    except RegradeStopped:
        raise
    except GraderError as error:
        _fail(writing, job_id, clock, str(error))
        raise
    except BaseException:
        _fail(writing, job_id, clock, "It broke off; nobody's grade changed.")
        raise


def _run(writing: Writing, job_id: int, clock: Clock, told: Told) -> int:
    after, more = 0, True
    while more:
        with writing() as session:
            chunk = step(session, job_id=job_id, after=after, now=clock())
        more = chunk is not None
        if chunk is not None:
            after = chunk.last
            told(chunk.graded)
            time.sleep(PAUSE_SECONDS)
    with writing() as session:
        return finish(session, job_id=job_id, now=clock()).id


def _fail(writing: Writing, job_id: int, clock: Clock, why: str) -> None:
    # Where even this can't be written, the job is taken for dead a minute later.
    with suppress(SQLAlchemyError, OSError), writing() as session:
        fail(session, job_id=job_id, why=why, now=clock())
