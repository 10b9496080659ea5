"""What another tolerance would do to the verdicts of a part. Nothing is decided here, and nothing written."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from grader.domain.comparing import distance
from grader.domain.grading import PartKey

STEPS = tuple(
    step
    for power in range(-8, 0)
    for digit in (1, 2, 5)
    if (step := Decimal(digit).scaleb(power)) <= Decimal("0.1")
)
"""The tolerances that are tried: 1, 2 and 5 times each power of ten from 1e-8 to 0.1."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A number that was given for a part: whether it counts as right now, whose it is, and how often."""

    value: Decimal
    correct: bool
    people: Collection[str]
    submissions: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What would change under a tolerance: submissions each way, and students with or without the part."""

    tolerance: Decimal
    to_correct: int
    to_incorrect: int
    gaining: int
    losing: int

    @property
    def nothing(self) -> bool:
        """Whether no verdict would change."""
        return not (self.to_correct or self.to_incorrect)


@dataclass(frozen=True, slots=True)
class Miss:
    """An answer, and how far it is from the nearest value that counts as right."""

    answer: Answered
    distance: Decimal


@dataclass(frozen=True)
class WhatIf:
    """A part's key, and what a class answered; the nearest answers come first."""

    key: PartKey
    misses: tuple[Miss, ...]

    @cached_property
    def tolerances(self) -> tuple[Decimal, ...]:
        """Those that are tried, the key's own among them."""
        return tuple(sorted({*STEPS, self.key.tolerance}))

    def effect(self, tolerance: Decimal) -> Effect:
        """Compare what counts as right now with what would under this tolerance."""
        moved = self.moved(tolerance)
        return Effect(
            tolerance,
            to_correct=sum(each.answer.submissions for each in moved if not each.answer.correct),
            to_incorrect=sum(each.answer.submissions for each in moved if each.answer.correct),
            gaining=_within(self._unsolved, tolerance),
            losing=len(self._solved) - _within(self._solved, tolerance),
        )

    def moved(self, tolerance: Decimal) -> tuple[Miss, ...]:
        """The answers whose verdict would change."""
        return tuple(
            each for each in self.misses if each.answer.correct != (each.distance <= tolerance)
        )

    @property
    def wrong(self) -> tuple[Miss, ...]:
        """The answers that are wrong now, the nearest first."""
        return tuple(each for each in self.misses if not each.answer.correct)

    @cached_property
    def _nearest(self) -> dict[str, Decimal]:
        """For each student the distance of the nearest answer; in ascending order."""
        found: dict[str, Decimal] = {}
        for each in self.misses:
            for person in each.answer.people:
                found.setdefault(person, each.distance)
        return found

    @cached_property
    def _solvers(self) -> frozenset[str]:
        right = (each.answer.people for each in self.misses if each.answer.correct)
        return frozenset(person for people in right for person in people)

    @cached_property
    def _solved(self) -> list[Decimal]:
        """How near those are who have the part now."""
        return [near for person, near in self._nearest.items() if person in self._solvers]

    @cached_property
    def _unsolved(self) -> list[Decimal]:
        """How near those are who have not."""
        return [near for person, near in self._nearest.items() if person not in self._solvers]


def what_if(key: PartKey, answers: Iterable[Answered]) -> WhatIf:
    """Measure how far each answer is from the key, exactly."""
    misses = [
        Miss(each, min(distance(each.value, truth) for truth in key.truths)) for each in answers
    ]
    return WhatIf(key, tuple(sorted(misses, key=lambda miss: (miss.distance, miss.answer.value))))


def _within(ascending: Sequence[Decimal], tolerance: Decimal) -> int:
    return bisect_right(ascending, tolerance)
