"""Whether words give a value away: each number in them is read as an answer would be."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from unicodedata import normalize

from grader.domain.comparing import within
from grader.domain.grammar import SIGN, UNSIGNED, parse

PERCENT = 2  # Places by which the point moves in a percentage.
_NUMBERS = re.compile(rf"{SIGN}{UNSIGNED}")


def names_a_value(words: str, values: Sequence[Decimal], tolerance: Decimal) -> bool:
    """Whether a number in the words would count as one of the values, whatever its sign, or in percent."""
    return any(
        within(number, value.copy_abs().scaleb(places), tolerance.scaleb(places))
        for number in _numbers(words)
        for value in values
        for places in (0, PERCENT)
    )


def _numbers(words: str) -> Iterator[Decimal]:
    """The size of each number, whether a comma in it is a point, sets thousands apart, or ends it."""
    # Full-width and other digits are read aloud and copied like ours.
    plain = normalize("NFKC", words)
    for text in {plain, plain.replace(",", "."), plain.replace(",", "")}:
        for match in _NUMBERS.finditer(text):
            number = parse(match[0])
            if number is not None:
                yield number.copy_abs()
