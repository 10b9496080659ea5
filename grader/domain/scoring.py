"""Attempts become a score. Scores are folded on every read and stored nowhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from grader.domain.deadlines import EVERYTHING, late_days_needed, rule
from grader.domain.decisions import Decision
from grader.domain.policy import Policy

Decisions = Mapping[str, Decision]
"""What staff decided about one student: by part, or by the assignment as a whole."""

UNDECIDED: Decisions = MappingProxyType({})

Explained = Mapping[str, Decimal]
"""By problem the points of a student's explanation, as it was marked."""


class PartState(StrEnum):
    """Where a student stands with a part, in the words that the pages use."""

    UNTRIED = "untried"
    INCORRECT = "incorrect"
    CORRECT = "correct"
    TOO_LATE = "too late"
    EXCUSED = "excused"


class PartRecord(NamedTuple):
    """What scoring needs to know of a student's attempts at a part, under the standing grades.

    ``first_correct`` is the number of the attempt that was the first to be right. A class has thousands of
    these; frozen dataclasses would take twice as long to make.
    """

    part: str
    attempts: int
    first_correct_at: datetime | None
    first_correct: int | None = None


@dataclass(frozen=True, slots=True)
class PartScore:
    """A part's share of the score, and why; ``percent`` of its points are left to a late answer.

    Where staff made a ``decision``, ``automatic`` is what the answers would give without it.
    """

    part: str
    state: PartState
    points: Decimal
    possible: Decimal
    attempts: int
    late_days: int
    percent: int = EVERYTHING
    decision: Decision | None = None
    automatic: Decimal | None = None
    first_correct: int | None = None

    @property
    def tries(self) -> int:
        """How many attempts it took, up to the first right one; all of them while none is right."""
        return self.first_correct or self.attempts


@dataclass(frozen=True, slots=True)
class ExplanationShare:
    """What a problem's explanation gives, once marks are shown; ``points`` is None where it has no mark."""

    problem: str
    points: Decimal | None
    possible: Decimal


@dataclass(frozen=True, slots=True)
class AssignmentScore:
    """A student's score on an assignment and the late days that it spends.

    ``explanations`` is empty as long as marks are not shown to students, or give no points: until then
    they count neither in ``points`` nor in ``possible``.
    """

    points: Decimal
    possible: Decimal
    late_days: int
    parts: tuple[PartScore, ...]
    explanations: tuple[ExplanationShare, ...] = ()

    @property
    def correct(self) -> int:
        """How many parts count as correct."""
        return sum(part.state is PartState.CORRECT for part in self.parts)

    @property
    def excused(self) -> bool:
        """Whether none of it counts for this student."""
        return bool(self.parts) and all(part.state is PartState.EXCUSED for part in self.parts)

    @property
    def explained(self) -> Decimal:
        """The points of all explanations that count."""
        return sum((each.points or Decimal(0) for each in self.explanations), Decimal(0))

    @property
    def decided(self) -> tuple[PartScore, ...]:
        """The parts about which staff decided."""
        return tuple(part for part in self.parts if part.decision)

    def part(self, slug: str) -> PartScore:
        """The score of one part; a part that the policy does not know yet is untried and worth nothing."""
        unknown = PartScore(slug, PartState.UNTRIED, Decimal(0), Decimal(0), 0, 0)
        return next((part for part in self.parts if part.part == slug), unknown)


def score_assignment(
    policy: Policy,
    records: Iterable[PartRecord],
    *,
    late_days_left: int | None = None,
    decisions: Decisions = UNDECIDED,
    explained: Explained | None = None,
) -> AssignmentScore:
    """Fold a student's records into the score that counts.

    Late days are spent for the student: as few as give the best score that the days left (at most the
    policy's maximum) can buy. A part right only after that loses points by the day; one that has none left
    is shown as too late. What staff decided about a part stands as it is, and costs no late day.
    ``explained`` are the marks of explanations, None while students may not see them.
    """
    by_part = {record.part: record for record in records}
    needed = [
        late_days_needed(policy, record.first_correct_at)
        for slug, record in by_part.items()
        if record.first_correct_at is not None and policy.points.get(slug)
    ]
    useful = min(affordable(policy, late_days_left), max(needed, default=0))
    choices = [_score(policy, by_part, spent, decisions) for spent in range(useful + 1)]
    # Of equal scores max gives the first, which is that with the fewest late days.
    best = max(choices, key=lambda choice: choice.points)
    return (
        best if explained is None or best.excused else _with_explanations(policy, best, explained)
    )


def explained_problems(policy: Policy) -> tuple[str, ...]:
    """The problems whose explanations give points, in order."""
    if not policy.explanation_points:
        return ()
    return tuple(dict.fromkeys(slug.rpartition("/")[0] for slug in policy.points))


def _with_explanations(
    policy: Policy, score: AssignmentScore, explained: Explained
) -> AssignmentScore:
    if not policy.explanation_points:
        return score
    shares = tuple(
        ExplanationShare(each, explained.get(each), policy.explanation_points)
        for each in explained_problems(policy)
    )
    return replace(
        score,
        points=sum((each.points or Decimal(0) for each in shares), score.points),
        possible=sum((each.possible for each in shares), score.possible),
        explanations=shares,
    )


def affordable(policy: Policy, late_days_left: int | None = None) -> int:
    """How many late days can go to the assignment, when this many of the budget are left (None: all)."""
    left = policy.late_days if late_days_left is None else late_days_left
    return max(min(policy.max_late_days, left), 0)


def _score(
    policy: Policy, by_part: Mapping[str, PartRecord], spent: int, decisions: Decisions
) -> AssignmentScore:
    """The score when exactly this many late days go to the assignment."""
    parts = tuple(_score_part(policy, slug, by_part.get(slug), spent) for slug in policy.points)
    if decisions:
        parts = tuple(_decided(part, _decision(policy, part.part, decisions)) for part in parts)
    points = sum((part.points for part in parts), Decimal(0))
    possible = sum((part.possible for part in parts), Decimal(0))
    return AssignmentScore(points, possible, spent, parts)


def _decision(policy: Policy, slug: str, decisions: Decisions) -> Decision | None:
    """What was decided about a part; who is excused from the whole assignment is so from each part."""
    return decisions.get(policy.assignment) or decisions.get(slug)


def _decided(part: PartScore, decision: Decision | None) -> PartScore:
    if decision is None:
        return part
    automatic, nothing = part.points, Decimal(0)
    if decision.points is None:
        return replace(
            part,
            state=PartState.EXCUSED,
            points=nothing,
            possible=nothing,
            late_days=0,
            decision=decision,
            automatic=automatic,
        )
    # Rules that were published later may have left the part with fewer points than were given.
    given = min(decision.points, part.possible)
    return replace(part, points=given, late_days=0, decision=decision, automatic=automatic)


def _score_part(policy: Policy, slug: str, record: PartRecord | None, spent: int) -> PartScore:
    possible = policy.points[slug]
    if record is None or not record.attempts:
        return PartScore(slug, PartState.UNTRIED, Decimal(0), possible, 0, 0)
    if record.first_correct_at is None:
        return PartScore(slug, PartState.INCORRECT, Decimal(0), possible, record.attempts, 0)
    ruling = rule(policy, record.first_correct_at, late_days=spent)
    if ruling.percent == EVERYTHING and not ruling.late_days:
        return _in_time(slug, possible, record.attempts, record.first_correct)
    return PartScore(
        slug,
        PartState.CORRECT if ruling.percent else PartState.TOO_LATE,
        possible * ruling.percent / EVERYTHING,
        possible,
        record.attempts,
        ruling.late_days,
        ruling.percent,
        first_correct=record.first_correct,
    )


# Most parts of a class are right in time, in as many attempts as another student's: one value does for both.
@lru_cache(maxsize=10_000)
def _in_time(slug: str, possible: Decimal, attempts: int, first: int | None) -> PartScore:
    correct = PartState.CORRECT
    return PartScore(slug, correct, possible, possible, attempts, 0, first_correct=first)
