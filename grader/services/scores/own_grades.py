"""One student's grades: what counts of each part and why, and what regrades changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Submission
from grader.domain.grading import Verdict
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Course
from grader.domain.scoring import AssignmentScore
from grader.services.policies.extensions import own_dates
from grader.services.scores.gradebook import student_standing
from grader.services.telling.regrade_notices import Notice, regrade_notices
from grader.services.telling.rescore_notices import RescoreNotice, rescore_notices


@dataclass(frozen=True, slots=True)
class Counting:
    """The attempt by which a part is right: the first that was, as later ones can't take it back."""

    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnGrades:
    """A student's score on an assignment, the attempts that count by part, and the notices, newest first."""

    assignment: Assignment
    policy: Policy
    score: AssignmentScore
    counting: Mapping[str, Counting]
    notices: tuple[Notice | RescoreNotice, ...]


def own_grades(
    session: Session, *, course: Course, person_id: int, now: datetime
) -> tuple[OwnGrades, ...]:
    """The assignments that count, in the course's order; without those that are not published or open yet."""
    return tuple(
        _own_grades(session, course, assignment, person_id)
        for assignment in course.assignments
        if (own := own_dates(session, assignment.slug, person_id)) is not None
        and own[0].graded
        and (own[0].opens is None or own[0].opens <= now)
    )


def _own_grades(
    session: Session, course: Course, assignment: Assignment, person_id: int
) -> OwnGrades:
    problems = [problem.slug for problem in assignment.problems]
    standing = student_standing(session, course=course, assignment=assignment, person_id=person_id)
    notices: list[Notice | RescoreNotice] = [
        *rescore_notices(session, person_id=person_id, assignment=assignment.slug),
        *regrade_notices(session, person_id=person_id, problems=problems),
    ]
    return OwnGrades(
        assignment,
        standing.policy,
        standing.score,
        counting(session, problems, person_id),
        tuple(sorted(notices, key=lambda each: each.at, reverse=True)),
    )


def counting(session: Session, problems: list[str], person_id: int) -> Mapping[str, Counting]:
    """By part which attempt of a student's counts, under the grades that stand."""
    right = session.execute(
        queries.graded(Submission.part, Submission.attempt, Submission.submitted_at)
        .where(
            Submission.person_id == person_id,
            Submission.problem.in_(problems),
            GradeRow.verdict == Verdict.CORRECT,
        )
        # The newest first, so that the first right one is what remains of each part.
        .order_by(Submission.submitted_at.desc(), Submission.id.desc())
    )
    return {row.part: Counting(row.attempt, row.submitted_at) for row in right}
