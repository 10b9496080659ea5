"""The one place where text becomes a number."""

from dataclasses import dataclass
from decimal import Decimal

from grader.domain.grammar import parse
from grader.domain.unreadable import Reason, diagnose

MAX_RAW_LENGTH = 10_000  # Before stripping: longer text is refused unseen, to bound the time.


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as: a value with its decimals as typed, or a reason and a message."""

    text: str
    value: Decimal | None = None
    decimals: int = 0
    reason: Reason | None = None
    message: str | None = None

    @property
    def readable(self) -> bool:
        """Whether the text is a number."""
        return self.value is not None


def read_number(text: str) -> Reading:
    """Read a number by the grammar of ``grammar.py``. Never raises, whatever the text."""
    # str.strip() takes every Unicode white space, no-break spaces included.
    typed = text.strip() if len(text) <= MAX_RAW_LENGTH else text
    number = parse(typed)
    if number is None:
        reason, message = diagnose(text, typed)
        return Reading(text, reason=reason, message=message)
    # The exponent counts decimals as typed: five in 0.50000 and in 1.234e-2. Any zero becomes plain 0.
    return Reading(text, number or Decimal(0), max(0, -int(number.as_tuple().exponent)))


def too_few_decimals(reading: Reading, decimals: int) -> bool:
    """Whether a readable text has fewer decimals than asked. Depends on the text alone."""
    return reading.value is not None and reading.decimals < decimals
