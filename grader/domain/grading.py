"""The verdict: one pure function, called by the form, the API, the dry run and the regrade alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from grader.domain.number import within
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
    let count as correct; ``tolerance`` is the largest absolute difference that is still correct.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    expected: Decimal
    tolerance: Decimal
    accepted: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Everything that decides the verdicts of a problem, and what it was computed from.

    ``parts`` maps a part's slug to its key; ``data`` maps a file's name to the sha256 of the bytes that
    students of this key download; ``parameters`` are those that the statement shows with it.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    problem: str
    parts: Mapping[str, PartKey]
    parameters: Mapping[str, Parameter]
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grade:
    """One answer under one key."""

    verdict: Verdict

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
    values = (part_key.expected, *part_key.accepted)
    correct = any(within(answer, value, part_key.tolerance) for value in values)
    return Grade(Verdict.CORRECT if correct else Verdict.INCORRECT)


def same_key(one: AnswerKey, other: AnswerKey) -> bool:
    """Whether two keys give the same verdicts, up to the noise of another machine's arithmetic.

    Values may differ by a thousandth of their tolerance; everything else has to agree exactly.
    """
    return (
        (one.problem, one.parameters, one.data) == (other.problem, other.parameters, other.data)
        and one.parts.keys() == other.parts.keys()
        and all(_same_part(one.parts[slug], other.parts[slug]) for slug in one.parts)
    )


def _same_part(one: PartKey, other: PartKey) -> bool:
    return (one.tolerance, one.accepted) == (other.tolerance, other.accepted) and within(
        one.expected, other.expected, one.tolerance * SAME_VALUE
    )
