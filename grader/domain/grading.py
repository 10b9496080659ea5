"""The verdict: one pure function, called by the form, the API, the dry run and the regrade alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from grader.domain.comparing import EXACT, within
from grader.domain.detectors import slips
from grader.domain.diagnosis import Diagnosis, Span
from grader.domain.misconceptions import Hint, Misconception
from grader.domain.problem import Parameter

SAME_VALUE = Decimal("0.001")
"""Two computed values are the same when they differ by at most this share of the tolerance: another
linear-algebra library moves the last bits, and that must not look like another key."""


class Verdict(StrEnum):
    """Whether an answer agrees with the key. An unreadable text never gets this far."""

    CORRECT = "correct"
    INCORRECT = "incorrect"


@dataclass(frozen=True, slots=True)
class PartKey:
    """What decides the verdicts of one part.

    ``expected`` has full precision and is never rounded; ``accepted`` are further values that staff
    let count as correct; ``tolerance`` is the largest absolute difference that is still correct;
    ``misconceptions`` are the numbers that known mistakes give, the likelier first.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    expected: Decimal
    tolerance: Decimal
    accepted: tuple[Decimal, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()

    @property
    def truths(self) -> tuple[Decimal, ...]:
        """Every value that counts as correct."""
        return (self.expected, *self.accepted)


@dataclass(frozen=True)
class AnswerKey:
    """Everything that decides the verdicts of a problem, and what it was computed from.

    ``parts`` maps a part's slug to its key; ``data`` maps a file's name to the sha256 of the bytes that
    students of this key download; ``parameters`` are those that the statement shows with it; ``hints``
    maps the tag of each misconception to what a student is told of it.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    problem: str
    parts: Mapping[str, PartKey]
    parameters: Mapping[str, Parameter]
    data: Mapping[str, str]
    hints: Mapping[str, Hint] = field(default_factory=dict)

    @cached_property
    def diagnoses(self) -> Mapping[str, Diagnosis]:
        """For each part, which misconception or slip a wrong answer comes from."""
        return {slug: Diagnosis(list(_spans(self.parts, slug))) for slug in self.parts}

    def edges(self, part: str) -> list[Decimal]:
        """The numbers at which what ``grade`` says can change, in order; between two of them it can't."""
        key = self.parts[part]
        verdicts = (
            edge(truth, key.tolerance)
            for truth in key.truths
            for edge in (EXACT.subtract, EXACT.add)
        )
        return sorted({*verdicts, *self.diagnoses[part].ends})

    def hint(self, part: str, tag: str | None) -> Hint | None:
        """What a student may be told of a wrong answer with this tag, or None."""
        # All are gone through whatever the tag is, so that the time it takes does not tell it.
        told = {each.tag for each in self.parts[part].misconceptions if each.told}
        return self.hints.get(tag) if tag is not None and tag in told else None


@dataclass(frozen=True, slots=True)
class Grade:
    """One answer under one key; ``misconception`` is the tag of the mistake that gives just this number."""

    verdict: Verdict
    misconception: str | None = None

    @property
    def correct(self) -> bool:
        """Whether the answer agrees with the key."""
        return self.verdict is Verdict.CORRECT


def grade(key: AnswerKey, part: str, answer: Decimal) -> Grade:
    """Compare an answer with the key: correct when within the tolerance of an accepted value.

    Raises:
        KeyError: the key does not cover the part.
    """
    part_key = key.parts[part]
    if any(within(answer, truth, part_key.tolerance) for truth in part_key.truths):
        return Grade(Verdict.CORRECT)
    return Grade(Verdict.INCORRECT, key.diagnoses[part].tag(answer))


def same_key(one: AnswerKey, other: AnswerKey) -> bool:
    """Whether two keys give the same verdicts, up to the noise of another machine's arithmetic.

    Values may differ by a thousandth of their tolerance; everything else has to agree exactly.
    """
    return (
        (one.problem, one.parameters, one.data, one.hints)
        == (other.problem, other.parameters, other.data, other.hints)
        and one.parts.keys() == other.parts.keys()
        and all(_same_part(one.parts[slug], other.parts[slug]) for slug in one.parts)
    )


def _same_part(one: PartKey, other: PartKey) -> bool:
    return _exactly(one) == _exactly(other) and all(
        within(value, again, one.tolerance * SAME_VALUE)
        for value, again in zip(_computed(one), _computed(other), strict=True)
    )


def _exactly(part: PartKey) -> tuple[object, ...]:
    return part.tolerance, part.accepted, [(each.tag, each.told) for each in part.misconceptions]


def _computed(part: PartKey) -> list[Decimal]:
    return [part.expected, *(each.value for each in part.misconceptions)]


def _spans(parts: Mapping[str, PartKey], slug: str) -> Iterator[Span]:
    """What explains the wrong answers to a part: what students may be told first, slips last."""
    part = parts[slug]
    for each in sorted(part.misconceptions, key=lambda each: not each.told):
        low, high = (
            EXACT.subtract(each.value, part.tolerance),
            EXACT.add(each.value, part.tolerance),
        )
        yield Span(each.tag, low, high)
    others = {other: key.expected for other, key in parts.items() if other != slug}
    yield from slips(part.expected, part.tolerance, others)
