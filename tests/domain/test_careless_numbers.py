"""The negative controls of T16: readers and judges with a defect each that ``test_number.py`` would find."""

from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest
from hypothesis import Phase, find, settings

from grader.domain.comparing import within
from grader.domain.number import Reading, read_number
from tests.domain.test_number import (
    Judge,
    Read,
    agrees_with_fractions,
    agrees_with_the_hand,
    edges,
    mutated,
)

ENOUGH = 20_000
repeatable = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])


def changed(change: Callable[[Decimal], Decimal]) -> Read:
    """Reads as it should be, and then makes another value of it."""

    def read(text: str) -> Reading:
        reading = read_number(text)
        if reading.value is None:
            return reading
        return Reading(text, change(reading.value), reading.decimals)

    return read


def by_python(text: str) -> Reading:
    """Takes whatever Python takes, such as 1_000 and digits of other scripts."""
    reading = read_number(text)
    try:
        value = Decimal(text)
    except ArithmeticError:
        return reading
    return Reading(text, value, reading.decimals) if value.is_finite() else reading


def forgives_a_comma(text: str) -> Reading:
    return read_number(text.replace(",", "."))


def counts_no_decimals(text: str) -> Reading:
    reading = read_number(text)
    return Reading(text, reading.value, 0, reading.reason, reading.message)


READERS = {
    "takes what Python takes": by_python,
    "forgives a comma": forgives_a_comma,
    "counts no decimals": counts_no_decimals,
    "keeps a float": changed(lambda value: Decimal(float(value))),
    "keeps the digits of a float": changed(lambda value: Decimal(repr(float(value)))),
    "rounds to 28 digits": changed(Decimal.normalize),
    "loses the sign": changed(abs),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_reader_with_a_defect_is_found(read: Read) -> None:
    assert not all(agrees_with_the_hand(text, read) for text in mutated(ENOUGH))


def in_floats(answer: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    return abs(float(answer) - float(expected)) <= float(tolerance)


def in_rounded_decimals(answer: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    with localcontext(prec=28):
        return abs(answer - expected) <= tolerance


def without_the_edge(answer: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    return within(answer, expected, tolerance) and abs(answer - expected) != tolerance


@pytest.mark.parametrize("judge", [in_floats, in_rounded_decimals, without_the_edge])
def test_a_judge_with_a_defect_is_found(judge: Judge) -> None:
    find(edges, lambda edge: not agrees_with_fractions(edge, judge), settings=repeatable)
