from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.web.figures.scales import scale, spoken

LABELS = [
    ([0, 1], 6, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([0, 1], 5, ["0", "0.5", "1.0"]),
    ([0, 1], 3, ["0", "0.5", "1.0"]),
    ([-1, 1], 3, ["−1", "0", "1"]),
    ([0, 1000], 6, ["0", "200", "400", "600", "800", "1,000"]),
    ([0, 1001], 6, ["0", "500", "1,000", "1,500"]),
    ([0, 10_000], 6, ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]),
    ([-196.16, -117.07], 7, ["−200", "−180", "−160", "−140", "−120", "−100"]),
    ([-2.7726, -2.6772], 7, ["−2.78", "−2.76", "−2.74", "−2.72", "−2.70", "−2.68", "−2.66"]),
    ([-1.98, 1.09, 0], 6, ["−2", "−1", "0", "1", "2"]),
    ([0.1 + 0.2, 0.3], 6, ["0.30000000000000000", "0.30000000000000001", "0.30000000000000002",
                           "0.30000000000000003", "0.30000000000000004"]),
    ([0, 0], 6, ["−1.0", "−0.5", "0", "0.5", "1.0"]),
    ([7, 7], 6, ["6.0", "6.5", "7.0", "7.5", "8.0"]),
    ([-5e-8, 5e-8], 4, ["−0.00000005", "0", "0.00000005"]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "most", "labels"), LABELS)
def test_ticks_stand_at_round_numbers(values: list[float], most: int, labels: list[str]) -> None:
    made = scale(values, start=0, end=100, most=most)
    assert [tick.label for tick in made.ticks] == labels
    places = [tick.at for tick in made.ticks]
    assert (places[0], places[-1]) == (0, 100)


def test_a_scale_may_run_upwards_on_a_page_that_counts_downwards() -> None:
    up = scale([0, 10], start=250, end=50, most=6)
    assert [up(value) for value in (0, 2.5, 10)] == [250, 200, 50]


numbers = st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-9)


@given(st.lists(numbers, min_size=1), st.integers(3, 12))
def test_every_value_lies_between_the_first_tick_and_the_last(
    values: list[float], most: int
) -> None:
    made = scale(values, start=10, end=470, most=most)
    assert float(made.low) <= min(values)
    assert max(values) <= float(made.high)
    assert 2 <= len(made.ticks) <= most
    assert str((made.step / Decimal(10) ** made.step.adjusted()).normalize()) in {"1", "2", "5"}
    assert all(left.at < right.at for left, right in pairwise(made.ticks))
    assert len({tick.label for tick in made.ticks}) == len(made.ticks)


@pytest.mark.parametrize(
    ("number", "step", "text"),
    [
        ("0", "0.1", "0"),
        ("-0.0", "1", "0"),
        ("-1.50", "0.50", "−1.5"),
        ("1", "0.2", "1.0"),
        ("1E+3", "5E+2", "1,000"),
        ("1E-7", "1E-7", "0.0000001"),
    ],
)
def test_a_tick_is_written_out(number: str, step: str, text: str) -> None:
    assert spoken(Decimal(number), Decimal(step)) == text
