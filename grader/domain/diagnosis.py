"""Which explanation a number has, found by one bisection however many there are."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """The answers from ``low`` to ``high``, both included, that ``tag`` explains."""

    tag: str
    low: Decimal
    high: Decimal


class Diagnosis:
    """A step function from numbers to the first explanation that covers them.

    Between two neighbouring ends of spans nothing changes, so what holds there, and what holds
    at each end itself, is worked out once.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        """Prepare the steps; the order of the spans is their precedence."""
        self._ends = sorted({end for each in spans for end in (each.low, each.high)})
        self._at = [_first(spans, end, end) for end in self._ends]
        inner = zip(self._ends, self._ends[1:], strict=False)
        self._after = [_first(spans, low, high) for low, high in inner]

    @property
    def ends(self) -> Sequence[Decimal]:
        """The numbers at which an explanation begins or ends, in order."""
        return self._ends

    def tag(self, answer: Decimal) -> str | None:
        """The tag of the first explanation that covers the answer, or None."""
        place = bisect_left(self._ends, answer)
        if place == len(self._ends):
            return None
        if self._ends[place] == answer:
            return self._at[place]
        return self._after[place - 1] if place else None


def _first(spans: Sequence[Span], low: Decimal, high: Decimal) -> str | None:
    return next((each.tag for each in spans if each.low <= low and high <= each.high), None)
