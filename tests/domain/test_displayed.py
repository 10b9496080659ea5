from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.displayed import rounded, truncated
from grader.domain.number import read_number


@pytest.mark.parametrize(
    ("value", "decimals", "to_nearest", "cut_off"),
    [
        ("0.3181818181818182", 5, "0.31818", "0.31818"),
        ("0.6666666666666666", 5, "0.66667", "0.66666"),
        ("-0.6666666666666666", 5, "-0.66667", "-0.66666"),
        ("0.5", 5, "0.50000", "0.50000"),
        ("820", 0, "820", "820"),
        ("819.5", 0, "820", "819"),
        ("0.000004", 5, "0.00000", "0.00000"),
        ("1e-30", 5, "0.00000", "0.00000"),
        ("1.7976931348623157e308", 2, f"17976931348623157{'0' * 292}.00", None),
    ],
)
def test_a_value_is_written_with_all_the_decimals_asked(
    value: str, decimals: int, to_nearest: str, cut_off: str | None
) -> None:
    assert rounded(Decimal(value), decimals) == to_nearest
    assert truncated(Decimal(value), decimals) == (cut_off or to_nearest)


@given(st.floats(-1e15, 1e15), st.integers(0, 15))
def test_both_read_back_within_a_unit_of_the_last_decimal(value: float, decimals: int) -> None:
    exact, unit = Fraction(value), Fraction(1, 10**decimals)
    for write, most in ((rounded, unit / 2), (truncated, unit)):
        read = read_number(write(Decimal(value), decimals)).value
        assert read is not None
        assert abs(Fraction(read) - exact) <= most
    cut = read_number(truncated(Decimal(value), decimals)).value
    assert cut is not None
    assert abs(cut) <= abs(Decimal(value))
