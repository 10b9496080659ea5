"""Slips that any number can suffer, whatever the problem: told to staff only.

Shown to students they would say how far off an answer is, and so give the answer away digit by digit.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext

from grader.domain.diagnosis import Span
from grader.domain.grammar import LARGEST

LARGEST_POWER = 6
FEWER_DECIMALS = (4, 3, 2)
# A number that the tolerance swallows, or all but a digit of it, shows no moved point.
DIGITS_LEFT = 10
# Readable numbers differ by at most 60 powers of ten, and have up to 64 digits.
PRECISION = 100

DETECTORS = {
    "generic:rounded": "Rounded to fewer decimals than asked.",
    "generic:sign": "The sign is the other one.",
    "generic:other_part": "The answer of another part of this problem.",
    "generic:percent": "A percentage, where a fraction is asked.",
    "generic:complement": "One minus the expected value.",
    "generic:reciprocal": "One over the expected value.",
    "generic:ln2": "Off by the factor ln 2: bits and nats were mixed up.",
    "generic:ln10": "Off by the factor ln 10: natural and decimal logarithms were mixed up.",
    "generic:power_of_ten": "The point is misplaced.",
}
"""Each detector's tag with what staff are told, the likelier first; no tag of a key has a colon."""


def slips(expected: Decimal, tolerance: Decimal, others: Mapping[str, Decimal]) -> list[Span]:
    """The answers by which each slip at a part is known, the likelier first.

    ``others`` are the expected values of the problem's other parts. A slip that an answer near the truth
    could be taken for is left out.
    """
    if expected.copy_abs() > LARGEST:
        return []  # No answer that can be read is near it, or near anything made of it.
    with localcontext(prec=PRECISION):
        low, high = expected - tolerance, expected + tolerance
        moved = [
            Span(f"generic:{tag}", value - spread, value + spread)
            for tag, value, spread in _moved(expected, tolerance, others)
        ]
        return [
            *_rounded(expected),
            *(span for span in moved if span.low > high or span.high < low),
        ]


def _rounded(expected: Decimal) -> Iterator[Span]:
    for decimals in FEWER_DECIMALS:
        value = round(expected, decimals)
        yield Span("generic:rounded", value, value)


def _moved(
    expected: Decimal, tolerance: Decimal, others: Mapping[str, Decimal]
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Each slip's tag, its number and how far around it an answer may lie."""
    yield "sign", -expected, tolerance
    for value in others.values():
        yield "other_part", value, tolerance
    yield "percent", *_scaled(expected, tolerance, 2)
    yield "complement", 1 - expected, tolerance
    if expected:
        yield "reciprocal", 1 / expected, tolerance
    for tag, factor in (("ln2", Decimal(2).ln()), ("ln10", Decimal(10).ln())):
        yield tag, expected * factor, tolerance
        yield tag, expected / factor, tolerance
    for power in (*range(-LARGEST_POWER, 0), *range(1, LARGEST_POWER + 1)):
        value, spread = _scaled(expected, tolerance, power)
        if value.copy_abs() > DIGITS_LEFT * spread:
            yield "power_of_ten", value, spread


def _scaled(expected: Decimal, tolerance: Decimal, power: int) -> tuple[Decimal, Decimal]:
    # Whoever moves the point to the right types as many digits as before, so the rounding grows with it.
    return expected.scaleb(power), tolerance.scaleb(max(power, 0))
