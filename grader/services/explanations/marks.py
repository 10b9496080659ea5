"""What the marks of explanations come to: points for scores, and words for the students' pages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.domain.marks import Item, explanation_points
from grader.domain.problem import Assignment
from grader.services.explanations.releases import marks_released
from grader.services.explanations.rubrics import rubrics
from grader.services.explanations.standing_marks import Mark, standing_marks
from grader.services.policies.publishing import active_policy


@dataclass(frozen=True, slots=True)
class ExplanationScore:
    """What a student's explanation of a problem gives."""

    points: Decimal
    possible: Decimal


@dataclass(frozen=True, slots=True)
class OwnMark:
    """A mark as its student reads it: each item in use, and whether it applies. It names no grader."""

    score: ExplanationScore
    items: tuple[tuple[Item, bool], ...]
    comment: str
    version: int
    at: datetime


def possible_points(session: Session, *, assignment: str) -> Decimal:
    """What the explanation of each problem can give, by the active policy; 0 before one is published."""
    policy = active_policy(session, assignment)
    return policy.explanation_points if policy else Decimal(0)


def released_points(
    session: Session,
    *,
    assignment: Assignment,
    person_id: int | None = None,
    possible: Decimal | None = None,
) -> Mapping[int, Mapping[str, Decimal]] | None:
    """By person and problem the points of marked explanations; None while students may not see them.

    ``possible`` is the most that each can give, in place of what the active policy says.
    """
    if not marks_released(session, assignment=assignment.slug):
        return None
    if possible is None:
        possible = possible_points(session, assignment=assignment.slug)
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for mark, _, score in _scored(session, assignment, person_id, possible):
        found[mark.person_id][mark.problem] = score.points
    return dict(found)


def own_marks(
    session: Session, *, assignment: Assignment, person_id: int
) -> Mapping[str, OwnMark] | None:
    """A student's marks by problem; None while they are not shown to students."""
    if not marks_released(session, assignment=assignment.slug):
        return None
    possible = possible_points(session, assignment=assignment.slug)
    return {
        mark.problem: OwnMark(
            score=score,
            items=tuple((item, item.number in mark.items) for item in rubric if not item.retired),
            comment=mark.comment,
            version=mark.version,
            at=mark.at,
        )
        for mark, rubric, score in _scored(session, assignment, person_id, possible)
    }


def _scored(
    session: Session, assignment: Assignment, person_id: int | None, possible: Decimal
) -> list[tuple[Mark, tuple[Item, ...], ExplanationScore]]:
    problems = [problem.slug for problem in assignment.problems]
    by_problem = rubrics(session, problems=problems)
    return [
        (
            mark,
            by_problem[mark.problem],
            ExplanationScore(
                explanation_points(by_problem[mark.problem], mark.items, possible), possible
            ),
        )
        for mark in standing_marks(session, problems=problems, person_id=person_id)
    ]
