"""Our own ways through a large regrade, each to be measured in a process of its own."""

from datetime import UTC, datetime
from functools import partial

from grader.db.engine import make_engine
from grader.db.session import reading, transaction
from grader.services.regrades import regrading
from grader.services.regrades.jobs import cancel, start_apply
from grader.services.regrades.ranges import put_down
from grader.services.regrades.running import begin_job, run_job
from grader.services.regrades.steps import look_ahead
from tests.support.many_answers import Many

SLUG = "big/problem1"
TO = 2
"""The version of the key that the regrade is to."""


def plan(url: str, many: Many) -> None:
    """Work a plan out; it is not stored."""
    engine = make_engine(url)
    with reading(engine) as session:
        regrading.work_out(session, course=many.course, problem=many.problem, version=TO)
    engine.dispose()


def apply(url: str, plan_id: int) -> None:
    """Apply a plan, as the command line does."""
    engine, at = make_engine(url), datetime.now(UTC)
    start = partial(start_apply, plan_id=plan_id, reason="bench", actor="op", now=at)
    job, _total = begin_job(lambda: transaction(engine), start=start, now=at)
    run_job(lambda: transaction(engine), job_id=job, clock=lambda: datetime.now(UTC))
    engine.dispose()


def apply_unwritten(url: str, plan_id: int) -> None:
    """Apply a plan by one hand up to the switch, but write no grade; then cancel."""
    engine, at = make_engine(url), datetime.now(UTC)
    start = partial(start_apply, plan_id=plan_id, reason="bench", actor="op", now=at)
    job, _total = begin_job(lambda: transaction(engine), start=start, now=at)
    graded = True
    while graded:
        with transaction(engine) as session:
            ahead = look_ahead(session, job_id=job, now=datetime.now(UTC))
            graded = ahead is not None and put_down(
                session, ahead.piece, answers=ahead.missing.answers, graded=0
            )
    with transaction(engine) as session:
        cancel(session, job_id=job, actor="op", now=at)
    engine.dispose()
