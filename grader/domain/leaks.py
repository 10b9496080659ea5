"""Whether words give a value away, in full or by its first digits: numbers are read as those of answers."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from unicodedata import normalize

from grader.domain.comparing import within
from grader.domain.grammar import SIGN, UNSIGNED, parse

PERCENT = 2  # Places by which the point moves in a percentage.
PRECISION = 25
TELLING = 3
"""So many digits of a value are as good as the value; two are a hint, as in "it should be about 0.91"."""

_NUMBERS = re.compile(rf"{SIGN}{UNSIGNED}")
_FRACTIONS = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")
_SPACED_POINTS = re.compile(r"(?<=\d)\s*([.,])\s*(?=\d)")


def names_a_value(words: str, values: Sequence[Decimal], tolerance: Decimal) -> bool:
    """Whether a number in the words would count as one of the values, whatever its sign, or in percent.

    So does a fraction that gives it, and the value's first digits, rounded or cut, if they are ``TELLING``.
    """
    return any(
        within(number, size, tolerance.scaleb(places)) or _begins(number, size)
        for number in _numbers(words)
        for value in values
        for places in (0, PERCENT)
        for size in (value.copy_abs().scaleb(places),)
    )


def _begins(number: Decimal, value: Decimal) -> bool:
    """Whether a number is the value, rounded or cut to the number's own decimals."""
    exponent = number.as_tuple().exponent
    if len(number.as_tuple().digits) < TELLING or not isinstance(exponent, int) or exponent > 0:
        return False
    # Else there would be more digits to round to than Decimal has.
    if exponent <= value.adjusted() - PRECISION:
        return False
    place = Decimal(1).scaleb(exponent)
    return number in {value.quantize(place, how) for how in (ROUND_DOWN, ROUND_HALF_UP)}


def _numbers(words: str) -> Iterator[Decimal]:
    """The size of each number, whether a comma in it is a point, sets thousands apart, or ends it."""
    # Full-width and other digits are read aloud and copied like ours.
    plain = _SPACED_POINTS.sub(r"\1", normalize("NFKC", words))
    for above, below in _FRACTIONS.findall(plain):
        if int(below):
            yield Decimal(above) / Decimal(below)
    for text in {plain, plain.replace(",", "."), plain.replace(",", "")}:
        for match in _NUMBERS.finditer(text):
            number = parse(match[0])
            if number is not None:
                yield number.copy_abs()
