"""A regrade of ten answers as a job, for tests of its pieces, its steps and its end."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from grader.db.session import transaction
from grader.services.regrades import regrading
from grader.services.regrades.jobs import start_apply
from grader.services.regrades.running import begin_job
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"
ANSWERS = 10


def answered(engine: Engine) -> None:
    """Ten students' answers, and another key."""
    with transaction(engine) as session:
        open_course(session)
        for number in range(ANSWERS):
            answer(session, add_student(session, f"s{number}"), A, f"0.{number}1")
        add_key(session, make_key(SUM, {A: "0.31", B: "2"}))


def plan(engine: Engine) -> int:
    """A plan to move to the newest key."""
    with transaction(engine) as session:
        return regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW).id


def begin(engine: Engine, plan_id: int, *, now: datetime = NOW, reason: str = "why") -> int:
    """Begin to apply a plan; gives the job's number."""
    start = partial(start_apply, plan_id=plan_id, reason=reason, actor="tia", now=now)
    return begin_job(lambda: transaction(engine), start=start, now=now)[0]
