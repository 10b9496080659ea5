"""Scales from values to places in a drawing, with ticks at round numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import count

_ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it stands, and its number in words."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps the values from ``low`` to ``high`` evenly to the places from ``start`` to ``end``."""

    low: Decimal
    high: Decimal
    step: Decimal
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value, to a hundredth of a unit."""
        low, high = float(self.low), float(self.high)
        share = (value - low) / (high - low)
        return round(self.start + share * (self.end - self.start), 2)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """A tick at each multiple of the step, from end to end."""
        steps = int((self.high - self.low) / self.step)
        values = [self.low + i * self.step for i in range(steps + 1)]
        return tuple(Tick(self(float(value)), spoken(value, self.step)) for value in values)


def scale(values: Iterable[float], *, start: float, end: float, most: int) -> Scale:
    """A scale that holds all the values between its first tick and its last, at most so many in all.

    The step is 1, 2 or 5 times a power of ten, the smallest that does. Values that are all the same get
    room on both sides. ``most`` is three or more: values of both signs need a zero between two ticks.
    """
    known = [Decimal(repr(float(value))) for value in values]
    low, high = min(known), max(known)
    if low == high:
        reach = abs(low) / 10 or Decimal(1)
        low, high = low - reach, high + reach
    step = next(step for step in _steps((high - low) / most) if _count(low, high, step) <= most)
    first, last = _around(low, high, step)
    return Scale(first * step, last * step, step, start, end)


def spoken(number: Decimal, step: Decimal) -> str:
    """A tick's number with the step's decimals, thousands set apart and a true minus sign; zero is 0."""
    decimals = max(-int(step.normalize().as_tuple().exponent), 0)
    text = f"{number:,.{decimals}f}" if number else "0"
    return text.replace("-", "−")


def _around(low: Decimal, high: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """The last multiple of the step that is not above ``low``, the first not below ``high``, as counts."""
    first = (low / step).to_integral_value(ROUND_FLOOR)
    return first, (high / step).to_integral_value(ROUND_CEILING)


def _count(low: Decimal, high: Decimal, step: Decimal) -> int:
    first, last = _around(low, high, step)
    return int(last - first) + 1


def _steps(least: Decimal) -> Iterator[Decimal]:
    """Round steps, each wider than the one before, from about the least on."""
    for power in count(least.adjusted()):
        yield from (digit * Decimal(10) ** power for digit in _ROUND)
