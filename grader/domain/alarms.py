"""When a key may be wrong: what the class answers says so before anybody complains."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

FEWEST = 5
"""Of fewer students nothing is concluded: two friends may share a mistake."""
FAR_BELOW = 0.5
"""A part whose first-try success is under this share of the median of the other parts stands out."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How a class did at a part, in students.

    ``first_try`` were right at once; ``rival`` is the most common wrong value, which ``rivals`` gave.
    """

    tried: int
    solved: int
    first_try: int
    rival: Decimal | None
    rivals: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """What speaks against a key: a wrong ``value`` that beats the right one, or first tries that fail.

    ``usual`` is the median share of first tries that are right at the other parts.
    """

    value: Decimal | None
    usual: float | None


def alarms(parts: Sequence[Figures]) -> list[Alarm | None]:
    """For each part of a problem what speaks against its key, if anything does."""
    return [
        _alarm(part, [each for place, each in enumerate(parts) if place != own])
        for own, part in enumerate(parts)
    ]


def _alarm(part: Figures, others: Sequence[Figures]) -> Alarm | None:
    value = part.rival if part.rivals >= FEWEST and part.rivals > part.solved else None
    shares = [each.first_try / each.tried for each in others if each.tried >= FEWEST]
    usual = median(shares) if shares and part.tried >= FEWEST else None
    if usual is not None and part.first_try / part.tried >= FAR_BELOW * usual:
        usual = None
    return None if value is None and usual is None else Alarm(value, usual)
