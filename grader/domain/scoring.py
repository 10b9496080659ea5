"""Attempts become a score. Scores are folded on every read and stored nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from grader.domain.deadlines import late_days_needed
from grader.domain.policy import Policy


class PartState(StrEnum):
    """Where a student stands with a part, in the words that the pages use."""

    UNTRIED = "untried"
    INCORRECT = "incorrect"
    CORRECT = "correct"
    TOO_LATE = "too late"


@dataclass(frozen=True, slots=True)
class PartRecord:
    """What scoring needs to know of a student's attempts at a part, under the standing grades."""

    part: str
    attempts: int
    first_correct_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartScore:
    """A part's share of the score, and why."""

    part: str
    state: PartState
    points: Decimal
    possible: Decimal
    attempts: int
    late_days: int


@dataclass(frozen=True, slots=True)
class AssignmentScore:
    """A student's score on an assignment and the late days that it spends."""

    points: Decimal
    possible: Decimal
    late_days: int
    parts: tuple[PartScore, ...]

    @property
    def correct(self) -> int:
        """How many parts count as correct."""
        return sum(part.state is PartState.CORRECT for part in self.parts)

    def part(self, slug: str) -> PartScore:
        """The score of one part; a part that the policy does not know yet is untried and worth nothing."""
        unknown = PartScore(slug, PartState.UNTRIED, Decimal(0), Decimal(0), 0, 0)
        return next((part for part in self.parts if part.part == slug), unknown)


def score_assignment(
    policy: Policy, records: Iterable[PartRecord], *, late_days_left: int | None = None
) -> AssignmentScore:
    """Fold a student's records into the score that counts.

    Late days are spent for the student: as few as give the best score that the days left (at most the
    policy's maximum) can buy. A part right only after that is shown as too late and gets no points.
    """
    by_part = {record.part: record for record in records}
    budget = policy.late_days if late_days_left is None else late_days_left
    affordable = min(policy.max_late_days, budget)
    needed = {
        slug: late_days_needed(policy, record.first_correct_at)
        for slug, record in by_part.items()
        if record.first_correct_at is not None
    }
    worthwhile = [
        days for slug, days in needed.items() if days <= affordable and policy.points.get(slug)
    ]
    spent = max(worthwhile, default=0)
    parts = tuple(
        _score_part(slug, possible, by_part.get(slug), needed.get(slug, 0), spent)
        for slug, possible in policy.points.items()
    )
    points = sum((part.points for part in parts), Decimal(0))
    return AssignmentScore(points, policy.possible, spent, parts)


def _score_part(  # noqa: PLR0917 - one caller, in the order of its columns.
    slug: str, possible: Decimal, record: PartRecord | None, needed: int, spent: int
) -> PartScore:
    if record is None or not record.attempts:
        return PartScore(slug, PartState.UNTRIED, Decimal(0), possible, 0, 0)
    if record.first_correct_at is None:
        return PartScore(slug, PartState.INCORRECT, Decimal(0), possible, record.attempts, 0)
    if needed > spent:
        return PartScore(slug, PartState.TOO_LATE, Decimal(0), possible, record.attempts, needed)
    return PartScore(slug, PartState.CORRECT, possible, possible, record.attempts, needed)
