"""The grammar of a typed number, and the one text by which each is stored.

Over the typed text without its surrounding white space, at most 64 characters then:

    number = [sign [spaces]] digits with at most one point [("e" | "E") ["+" | "-"] 1 to 3 digits]
    sign   = "+" | "-" | U+2212 | U+2013 | U+FE63 | U+FF0D

with ASCII digits, at least one before the exponent, and a magnitude of 0 or 1e-30 .. 1e30. ``float`` and
``Decimal`` take more (``1_000``, ``infinity``, digits of any script), so only text that has matched
reaches them.
"""

import re
from decimal import Decimal

MAX_LENGTH = 64  # Characters of a readable number, counted after stripping.
SMALLEST, LARGEST = Decimal("1e-30"), Decimal("1e30")

MINUS = r"[\-\u2212\u2013\ufe63\uff0d]"
SIGN = rf"(?:(?:[+]|({MINUS}))[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*)?"
MANTISSA = r"(?=\.?[0-9])[0-9]*(?:\.[0-9]*)?"
UNSIGNED = rf"{MANTISSA}(?:[eE][+\-]?[0-9]{{1,3}})?"
_NUMBER = re.compile(rf"{SIGN}({UNSIGNED})")


def literal(typed: str) -> str | None:
    """Spell a text that has the form of a number in ASCII, as ``Decimal`` takes it."""
    match = _NUMBER.fullmatch(typed) if len(typed) <= MAX_LENGTH else None
    return ("-" if match[1] else "") + match[2] if match else None


def parse(typed: str) -> Decimal | None:
    """The number that a stripped text names, or None."""
    plain = literal(typed)
    number = None if plain is None else Decimal(plain)
    return number if not number or SMALLEST <= number.copy_abs() <= LARGEST else None


def canonical(value: Decimal) -> str:
    """Write a finite value exactly and plainly, equal values alike: ``.50`` and ``5e-1`` as ``0.5``.

    Raises:
        ValueError: the value is infinite or not a number.
    """
    if not value.is_finite():
        raise ValueError("Only a finite number has a canonical text.")
    text = f"{value:f}" if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text
