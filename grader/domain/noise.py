"""How much of a difference is noise: the spread of a value that was solved in several ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from grader.domain.comparing import distance

ABOVE_NOISE = 5
"""A tolerance is at least so many times the spread: who rounds otherwise must not be judged wrong."""
BELOW_MISTAKES = 4
"""A tolerance is at most this part of the way to the nearest misconception: it must not pass as right."""


@dataclass(frozen=True, slots=True)
class Noise:
    """One part's expected value, what other ways give, and the nearest misconception with its value."""

    part: str
    tolerance: Decimal
    expected: Decimal
    others: Mapping[str, Decimal]
    nearest: tuple[str, Decimal] | None

    @property
    def worst(self) -> str:
        """The way that lies farthest from the expected value; empty if none differs."""
        apart = {way: gap for way, gap in self.differences.items() if gap}
        return max(apart, key=lambda way: apart[way], default="")

    @property
    def spread(self) -> Decimal:
        """How far it lies."""
        return self.differences.get(self.worst, Decimal(0))

    @property
    def differences(self) -> dict[str, Decimal]:
        """How far each way lies from the expected value."""
        return {way: distance(value, self.expected) for way, value in self.others.items()}

    @property
    def gap(self) -> Decimal | None:
        """How far the nearest misconception lies from the expected value."""
        return None if self.nearest is None else distance(self.nearest[1], self.expected)

    @property
    def drowns(self) -> bool:
        """Whether noise could make a right answer wrong."""
        return self.tolerance < ABOVE_NOISE * self.spread

    @property
    def blurs(self) -> bool:
        """Whether a mistake lies so near that it could pass as right."""
        return self.gap is not None and BELOW_MISTAKES * self.tolerance > self.gap
