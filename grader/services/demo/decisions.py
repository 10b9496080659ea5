"""What the staff of the demo course decided by hand: one of each kind, with its reason."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.decisions import Decider
from grader.domain.problem import Assignment, Course
from grader.domain.roles import Role
from grader.domain.scoring import PartState
from grader.services.overrides.overriding import excuse, override
from grader.services.policies.extending import grant
from grader.services.policies.late_days import correct_late_days
from grader.services.policies.publishing import require_policy
from grader.services.scores.gradebook import gradebook

_SLIP = "The explanation has the right number; the comma was typed in the wrong place."
_ILL = "Ill since Monday; a note is with the office."
_OUTAGE = "The service was away during the last evening before the due time of Pset 6."


def make_decisions(
    session: Session, *, course: Course, actor: str, instructor: str, now: datetime
) -> None:
    """Give points for a part, excuse somebody from a part, extend, and give a late day."""
    graded = [each for each in course.assignments if each.graded and each.due]
    people = select(Person.login).where(Person.role == Role.STUDENT).order_by(Person.login)
    logins = session.scalars(people).all()[1:]  # The first is the visitor's own.
    for assignment in graded[:1]:
        _about_parts(session, course, assignment, actor=actor, now=now)
        due = require_policy(session, assignment.slug).due
        assert due is not None  # noqa: S101 - the policy is the assignment's own.
        for login in logins[:1]:
            grant(
                session,
                login=login,
                assignment=assignment.slug,
                until=due + timedelta(days=3),
                reason=_ILL,
                actor=actor,
                now=now,
            )
    for login in logins[-2:]:
        by = Decider(instructor, None, _OUTAGE, now)
        correct_late_days(session, login=login, days=1, budget=course.late_days, by=by, seen=0)


def _about_parts(
    session: Session, course: Course, assignment: Assignment, *, actor: str, now: datetime
) -> None:
    """Points for the first student who has a part wrong, an excuse for the first who left one out."""
    rows = gradebook(session, course=course, assignment=assignment.slug).rows[1:]
    wrong = [
        (row.person.login, part)
        for row in rows
        for part in row.score.parts
        if part.state is PartState.INCORRECT
    ]
    for login, part in wrong[:1]:
        points = (part.possible * Decimal("0.6")).quantize(Decimal(1))
        slip = Decider(actor, None, _SLIP, now)
        override(
            session, course=course, login=login, about=part.part, points=points, by=slip, seen=0
        )
    untried = [
        (row.person.login, part.part)
        for row in rows
        for part in row.score.parts
        if part.state is PartState.UNTRIED
    ]
    for login, about in untried[:1]:
        ill = Decider(actor, None, _ILL, now)
        excuse(session, course=course, login=login, about=about, by=ill, seen=0)
