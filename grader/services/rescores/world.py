"""What a plan of a rescore rests on: if it moved since, the plan is out of date."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    ExplanationMark,
    Extension,
    LateDayCorrection,
    MarkRelease,
    Override,
    Person,
    RegradePlan,
    RegradeRun,
    RubricItem,
    Submission,
)
from grader.domain.problem import Assignment, Course
from grader.services.explanations.releases import marks_released
from grader.services.policies.publishing import active_policies
from grader.services.rescores.effects import sharing


def world_of(session: Session, *, course: Course, assignment: str) -> dict[str, Any]:
    """What a plan rests on: named numbers that change when the world moves.

    It is that of all assignments which share the late days. Answers are no part of it: those that come
    are scored by whatever rules are in force.
    """
    assignments = sharing(course, active_policies(session), assignment)
    slugs = [each.slug for each in assignments]
    return {
        **_pointers(session, assignments),
        "overrides": _rows(session, Override.id, _about(Override.about, slugs)),
        "extensions": _rows(session, Extension.id, Extension.assignment.in_(slugs)),
        "late-day corrections": _rows(session, LateDayCorrection.id),
        # A scoped regrade, once undone and done again, holds other grades under the same key.
        "regrades": list(
            session.execute(
                select(func.count(), func.max(RegradeRun.id))
                .join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
                .where(RegradePlan.problem.in_(_problems(assignments)))
            ).one()
        ),
        "releases of marks": _rows(session, MarkRelease.id, MarkRelease.assignment.in_(slugs)),
        "released marks": _released_marks(session, assignments),
        "the roster": _students(session),
    }


def what_moved(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What changed between two worlds, in words; '' if nothing did."""
    names = (name for name in then if then[name] != now.get(name))
    return ", ".join(f"{name} changed" for name in names)


def newest_answer(session: Session) -> int:
    """The number of the last answer that there is; 0 before the first."""
    return session.scalar(select(func.max(Submission.id))) or 0


def came_since(session: Session, *, assignment: Assignment, newest: int) -> int:
    """How many answers to an assignment came behind the one with this number."""
    query = select(func.count()).where(
        Submission.id > newest, Submission.problem.in_(_problems([assignment]))
    )
    return session.execute(query).scalar_one()


def _pointers(session: Session, assignments: Iterable[Assignment]) -> dict[str, int]:
    slugs = [each.slug for each in assignments]
    policies = session.execute(
        select(ActivePolicy.assignment, ActivePolicy.policy_id)
        .where(ActivePolicy.assignment.in_(slugs))
        .order_by(ActivePolicy.assignment)
    )
    keys = session.execute(
        select(ActiveKey.problem, ActiveKey.key_id)
        .where(ActiveKey.problem.in_(_problems(assignments)))
        .order_by(ActiveKey.problem)
    )
    found = {f"the policy of {slug}": policy for slug, policy in policies}
    return found | {f"the key of {problem}": key for problem, key in keys}


def _released_marks(session: Session, assignments: Iterable[Assignment]) -> list[list[int | None]]:
    """What decides the points of explanations, where they count: others are marked meanwhile."""
    released = [each for each in assignments if marks_released(session, assignment=each.slug)]
    problems = _problems(released)
    return [
        _rows(session, ExplanationMark.id, ExplanationMark.problem.in_(problems)),
        _rows(session, RubricItem.id, RubricItem.problem.in_(problems)),
    ]


def _students(session: Session) -> list[int]:
    """How many students are active, and the sum of their numbers: one may come as another goes."""
    query = select(func.count(), func.coalesce(func.sum(Person.id), 0)).where(
        Person.role == "student", Person.active
    )
    return [int(number) for number in session.execute(query).one()]


def _problems(assignments: Iterable[Assignment]) -> list[str]:
    return [problem.slug for each in assignments for problem in each.problems]


def _about(about: InstrumentedAttribute[str], slugs: Iterable[str]) -> ColumnElement[bool]:
    """Whether a decision is about one of these assignments, or a part of one."""
    return or_(
        *(about == slug for slug in slugs),
        *(about.startswith(f"{slug}/", autoescape=True) for slug in slugs),
    )


def _rows(
    session: Session, numbers: InstrumentedAttribute[int], *which: ColumnElement[bool]
) -> list[int | None]:
    """How many rows there are, and the number of the last: rows are only ever added."""
    return list(session.execute(select(func.count(), func.max(numbers)).where(*which)).one())
