"""Reads the figures of a running course in few statements: they are asked for every few seconds."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.condition import waiting_for_locks
from grader.db.models import ActiveKey, KeyCheck, LedgerLink, RegradeJob, Submission
from grader.domain.figures import CourseFigures
from grader.domain.problem import Course
from grader.services.requests.standing import count_waiting

KEY_STATES = ("current", "inactive", "stale", "missing", "unknown")
"""``missing``: no key grades; ``unknown``: it was never compared with the files."""


def course_figures(session: Session, *, course: Course) -> CourseFigures:
    """What Prometheus is told of the database."""
    waiting = [count_waiting(session, assignment=each.slug) for each in course.assignments]
    running = select(func.count()).select_from(RegradeJob).where(RegradeJob.state == "running")
    newest = select(Submission.submitted_at).order_by(Submission.id.desc()).limit(1)
    return CourseFigures(
        # Its numbers have no gaps.
        ledger_entries=session.scalar(select(func.max(LedgerLink.number))) or 0,
        requests_waiting=sum(waiting),
        regrades_running=session.execute(running).scalar_one(),
        waiting_for_locks=waiting_for_locks(session.connection()),
        newest_answer=session.scalar(newest),
        keys=_keys(session, course),
    )


def _keys(session: Session, course: Course) -> dict[str, int]:
    active = set(session.scalars(select(ActiveKey.problem)))
    checks = {row.problem: row.state for row in session.execute(_CHECKS)}
    states = Counter(
        checks.get(problem.slug, "unknown") if problem.slug in active else "missing"
        for problem in course.problems
    )
    return {state: states[state] for state in KEY_STATES}


_CHECKS = select(KeyCheck.problem, KeyCheck.state)
