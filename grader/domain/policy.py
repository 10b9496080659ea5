"""What decides scores: a numbered copy of an assignment's points, dates and rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from grader.domain.problem import Assignment, AttemptRules, Course, Problem


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of an assignment, as they were published.

    ``points`` maps each part's slug to its points, in the order of the parts. Instants are in UTC;
    ``timezone`` is the course's, in which late days are counted. ``late_days`` is a student's budget
    for the term, ``max_late_days`` the most that one assignment takes of it. ``hints_after_wrong`` is the
    number of wrong attempts at a part from which on a student is told which known mistake gives a number
    of theirs (None: never, as in policies that were stored before there were hints). Work that arrives
    within ``grace_seconds`` of a deadline counts as if it had met it. Each day beyond the late days takes
    ``penalty_percent`` off a part's points; at 100 such work gives none. ``explanation_points`` is what the
    explanation of each problem can give once it is marked (0: it is read, and gives none).
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    assignment: str
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    timezone: str
    graded: bool
    attempts: AttemptRules
    max_late_days: int
    late_days: int
    points: Mapping[str, Decimal]
    hints_after_wrong: int | None = None
    grace_seconds: int = 0
    penalty_percent: int = 100
    explanation_points: Decimal = Decimal(0)

    @property
    def possible(self) -> Decimal:
        """The points of all parts together."""
        return sum(self.points.values(), Decimal(0))

    def asks(self, problem: Problem) -> bool:
        """Whether a problem is among what these rules know; one that was added later waits for others."""
        return any(part.slug in self.points for part in problem.parts)

    @property
    def hints(self) -> str:
        """When a student is told a hint, in words for staff."""
        if self.hints_after_wrong is None:
            return "never"
        return (
            "at once"
            if self.hints_after_wrong == 1
            else f"from wrong attempt {self.hints_after_wrong} on"
        )


def policy_of(course: Course, assignment: Assignment) -> Policy:
    """The policy that an assignment's files state."""
    return Policy(
        assignment=assignment.slug,
        opens=assignment.opens,
        due=assignment.due,
        closes=assignment.closes,
        timezone=course.timezone,
        graded=assignment.graded,
        attempts=assignment.attempts,
        max_late_days=assignment.max_late_days,
        late_days=course.late_days,
        points={part.slug: part.points for p in assignment.problems for part in p.parts},
        hints_after_wrong=assignment.hints_after_wrong,
        grace_seconds=assignment.grace_seconds,
        penalty_percent=assignment.penalty_percent,
        explanation_points=assignment.explanation_points,
    )


def policy_changes(old: Policy, new: Policy) -> list[str]:
    """The names of the fields in which two policies differ, in the order of the class."""
    return [name for name in Policy.__slots__ if _value(old, name) != _value(new, name)]


def _value(policy: Policy, name: str) -> object:
    # Mappings are equal in any order, but the order of the parts is part of a policy.
    return list(policy.points.items()) if name == "points" else getattr(policy, name)
