"""Rescores for tests, of the tiny course and of a school: rules are published, planned and put in force."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from grader.db.session import transaction
from grader.domain.problem import Course
from grader.services.policies.publishing import active_policy, publish_policy
from grader.services.rescores import rescoring
from tests.support.classroom import NOW, add_policy
from tests.support.courses import COURSE, LATER, SET
from tests.support.school import School

REASON = "a word among staff"


def course_with(**changes: Any) -> Course:
    """The course whose files say something else of its first assignment."""
    return replace(COURSE, assignments=(replace(SET, **changes), LATER))


def publish(session: Session, **changes: Any) -> Course:
    """Publish the first assignment's rules with these changes."""
    course = course_with(**changes)
    first = course.assignments[0]
    publish_policy(session, course=course, assignment=first, actor="cli:op", now=NOW)
    return course


def plan(session: Session, version: int | None = None, now: datetime = NOW) -> int:
    """Plan the move of the first assignment to its newest policy, or to a version."""
    return rescoring.plan(session, course=COURSE, assignment=SET, now=now, version=version).id


def apply(session: Session, plan_id: int, reason: str = REASON, now: datetime = NOW) -> int:
    """Apply a plan; gives the run."""
    return rescoring.apply(
        session, course=COURSE, plan_id=plan_id, reason=reason, actor="ina", now=now
    ).id


def undo(session: Session, run_id: int, reason: str = REASON, now: datetime = NOW) -> int:
    """Take a run back; gives the run that does."""
    return rescoring.undo(
        session, course=COURSE, run_id=run_id, reason=reason, actor="ina", now=now
    ).id


def rescore_once(school: School) -> int:
    """Give the first part of a running school's first assignment other points: by plan 1 and run 1."""
    course, at = school.catalog.course, datetime.now(UTC)
    assignment = course.assignments[0]
    with transaction(school.engine) as session:
        policy = active_policy(session, assignment.slug)
        assert policy is not None
        first = next(iter(policy.points))
        add_policy(session, replace(policy, points={**policy.points, first: Decimal(4)}))
        made = rescoring.plan(session, course=course, assignment=assignment, version=1, now=at).id
        return rescoring.apply(
            session, course=course, plan_id=made, reason="for tests", actor="tia", now=at
        ).id
