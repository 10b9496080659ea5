"""Misconceptions of a key: the numbers that known mistakes give, and which of them can be told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from grader.domain.comparing import distance, within

APART = 2
"""Tolerances between two numbers that are told apart: no answer is then near both of them."""


@dataclass(frozen=True, slots=True)
class Misconception:
    """A mistake, by its tag, and the number that it gives at one part.

    Students are told only of one that no other explanation comes near: ``told`` is False where the truth,
    or another misconception that is not declared the less likely one, lies too close.
    """

    tag: str
    value: Decimal
    told: bool = True


@dataclass(frozen=True, slots=True)
class Hint:
    """What a student is told of a misconception: its message, and where in the statement to read again."""

    message: str
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Collision:
    """A misconception that lies too close to the truth (``other`` None) or to another one.

    ``settled`` says that one of the two is declared the likelier, so that it is still told.
    """

    tag: str
    other: str | None
    distance: Decimal
    settled: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A misconception before it is compared with the others; ``rather_than`` names less likely ones."""

    tag: str
    value: Decimal
    rather_than: tuple[str, ...] = ()


def told_apart(
    candidates: Sequence[Candidate], *, truths: Sequence[Decimal], tolerance: Decimal
) -> tuple[Misconception, ...]:
    """Decide which of a part's misconceptions students may be told of, in the order given.

    ``truths`` are the expected and the accepted values.
    """
    near = tolerance * APART
    hidden = {
        each.tag for each in candidates for truth in truths if within(each.value, truth, near)
    }
    for one, other in combinations(candidates, 2):
        if within(one.value, other.value, near):
            hidden |= {one.tag, other.tag} - _likelier(one, other)
    return tuple(Misconception(each.tag, each.value, each.tag not in hidden) for each in candidates)


def away_from(
    misconceptions: Sequence[Misconception], *, truths: Sequence[Decimal], tolerance: Decimal
) -> tuple[Misconception, ...]:
    """The same misconceptions, those too close to a further truth no longer told."""
    near = tolerance * APART
    return tuple(
        replace(
            each, told=each.told and not any(within(each.value, truth, near) for truth in truths)
        )
        for each in misconceptions
    )


def collisions(
    misconceptions: Sequence[Misconception], *, truths: Sequence[Decimal], tolerance: Decimal
) -> Iterator[Collision]:
    """Each misconception of a part that is too close to a truth, then every two too close to each other."""
    near = tolerance * APART
    for each in misconceptions:
        gap = min(distance(each.value, truth) for truth in truths)
        if gap <= near:
            yield Collision(each.tag, None, gap, settled=False)
    for one, other in combinations(misconceptions, 2):
        gap = distance(one.value, other.value)
        if gap <= near:
            yield Collision(one.tag, other.tag, gap, settled=one.told != other.told)


def _likelier(one: Candidate, other: Candidate) -> set[str]:
    if other.tag in one.rather_than:
        return {one.tag}
    return {other.tag} if one.tag in other.rather_than else set()
