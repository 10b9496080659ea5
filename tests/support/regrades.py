"""A regrade for tests of the pages: a value that is accepted too, by plan 1, job 1 and run 1."""

from datetime import UTC, datetime
from decimal import Decimal

from grader.db.session import transaction
from grader.services.keys.drafts import Author, accept_value
from grader.services.regrades import regrading
from grader.services.regrades.jobs import start_apply
from grader.services.regrades.running import run_job
from tests.support.school import School

PART = "pset7/ancestry/a"


def regrade_once(school: School, value: str = "0.123") -> int:
    """Accept a value at a part, and apply the plan; gives the number of the run."""
    at = datetime.now(UTC)
    problem = school.catalog.course.problem(PART.rpartition("/")[0])
    assert problem is not None
    with transaction(school.engine) as session:
        author = Author("tia", "for tests")
        accept_value(session, part=PART, value=Decimal(value), author=author, now=at)
        made = regrading.plan(session, course=school.catalog.course, problem=problem, now=at).id
        job = start_apply(session, plan_id=made, reason="for tests", actor="tia", now=at).id
    return run_job(lambda: transaction(school.engine), job_id=job, clock=lambda: at)
