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


def test_a_comma_may_set_thousands_apart() -> None:
    assert names_a_value("1,234.5 in all", [Decimal("1234.5")], TOLERANCE)
    assert not names_a_value("1 234.5 in all", [Decimal("1234.5")], TOLERANCE)
