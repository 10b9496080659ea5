from decimal import Decimal

import pytest

from grader.domain.leaks import names_a_value

TOLERANCE = Decimal("0.00001")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", False),
        ("You took natural logarithms.", False),
        ("It is 0.91175.", True),
        ("It is .91175, they say.", True),
        ("0.911761758", True),
        ("0.911761759", False),
        ("0.911741758", True),
        ("0.911741757", False),
        ("about 0.91", False),
        ("about 0.912", True),
        ("about 0.911", True),
        ("about 0.913", False),
        ("about 0.910", False),
        ("0.9117", True),
        ("0.9118", True),
        ("0.9119", False),
        ("91.2 %", True),
        ("91 %", False),
        ("it is 0.91 or 0.92", False),
        ("0 . 91175", True),
        ("0.911 75", True),
        ("62/68", False),
        ("62 / 68", False),
        ("91175/100000", True),
        ("3/0", False),
        ("0.00000000000000000000000000000000911", False),
        ("1000 steps of 200", False),
        ("x0.91175y", True),
        ("9.1175e-1", True),
        ("-0.91175", True),
        ("\u2212 0.91175", True),
        ("0,91175", True),
        ("91.175 %", True),
        ("91.176176", False),
        ("\uff10.\uff19\uff11\uff11\uff17\uff15", True),
        ("base 2 and base 10", False),
        ("1e999", False),
    ],
)
def test_words_tell_a_value_when_a_number_in_them_would_count_as_it(
    words: str, *, told: bool
) -> None:
    value = Decimal("0.911751758")
    assert names_a_value(words, [Decimal(7), value], TOLERANCE) is told
    assert names_a_value(words, [-value], TOLERANCE) is told


def test_a_fraction_that_gives_the_value_tells_it() -> None:
    value = Decimal(37) / Decimal(56)
    assert names_a_value("It is 37/56.", [value], TOLERANCE)
    assert names_a_value("It is 74 / 112.", [value], TOLERANCE)
    assert not names_a_value("37 of 56, or 37/55", [value], TOLERANCE)


@pytest.mark.parametrize(
    ("words", "value", "told"),
    [
        ("0.0387", "0.03868", True),
        ("0.0386", "0.03868", True),
        ("0.039", "0.03868", False),
        ("123", "123.4", True),
        ("124", "123.5", True),
        ("12", "12.4", False),
        ("120", "12.0", False),
        ("100", "100", True),
        ("1200", "1234", False),
        ("0.123456789012345678901234567890", "1E+9", False),
        ("0.000", "0.0000004", True),
    ],
)
def test_three_digits_of_a_value_tell_it(words: str, value: str, *, told: bool) -> None:
    assert names_a_value(words, [Decimal(value)], TOLERANCE) is told


def test_a_comma_may_set_thousands_apart() -> None:
    assert names_a_value("1,234.5 in all", [Decimal("1234.5")], TOLERANCE)
    assert not names_a_value("1 234.5 in all", [Decimal("1234.5")], TOLERANCE)
