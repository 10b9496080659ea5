"""The mistakes of problem 5, counted over the shipped file in exact fractions."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

import pandas as pd
import pytest

from reference.inputs import Inputs
from reference.pset7.calibration import MISCONCEPTIONS
from tests.reference.shipped import shipped_inputs, shipped_lines

Example = tuple[Fraction, int]
Rows = list[Example]
ROWS: Rows = [(Fraction(row[-1]), int(row[-2])) for row in shipped_lines("ancestry-calibration")]
ASKED = Fraction(6, 10)


def nearest(p: Fraction) -> Fraction:
    return Fraction(round(5 * p), 5)


def sorted_rows(rows: Rows, bucket: Callable[[Fraction], Fraction] = nearest) -> list[Rows]:
    """The examples of each bucket that has any, the lowest first."""
    values = sorted({bucket(p) for p, _ in rows})
    return [[row for row in rows if bucket(row[0]) == value] for value in values]


def asked(rows: Rows, bucket: Callable[[Fraction], Fraction] = nearest) -> Rows:
    return [row for row in rows if bucket(row[0]) == ASKED]


def labels(rows: Rows) -> Fraction:
    return Fraction(sum(y for _, y in rows), len(rows))


def predictions(rows: Rows) -> Fraction:
    return sum((p for p, _ in rows), Fraction(0)) / len(rows)


def gap(rows: Rows) -> Fraction:
    return abs(labels(rows) - predictions(rows))


def error(buckets: list[Rows]) -> Fraction:
    n = sum(map(len, buckets))
    return sum((Fraction(len(rows), n) * gap(rows) for rows in buckets), Fraction(0))


def down(p: Fraction) -> Fraction:
    return Fraction(floor(5 * p), 5)


def up(p: Fraction) -> Fraction:
    # [0.4, 0.6) is called 0.6: a prediction on a bound belongs to the bucket that begins there.
    return Fraction(floor(5 * p) + 1, 5)


def tenth(p: Fraction) -> Fraction:
    return Fraction(ceil(10 * p - Fraction(1, 2)), 10)


BUCKET, BUCKETS = asked(ROWS), sorted_rows(ROWS)
ONES = sum(y for _, y in BUCKET)
EXPECTED = {
    "rounded_down": {"a": labels(asked(ROWS, down)), "b": error(sorted_rows(ROWS, down))},
    "rounded_up": {"a": labels(asked(ROWS, up))},
    "nearest_tenth": {"a": labels(asked(ROWS, tenth)), "b": error(sorted_rows(ROWS, tenth))},
    "mean_prediction": {"a": predictions(BUCKET)},
    "fraction_of_label_zero": {"a": Fraction([y for _, y in BUCKET].count(0), len(BUCKET))},
    "bucket_given_label": {"a": Fraction(ONES, sum(y for _, y in ROWS))},
    "joint_probability": {"a": Fraction(ONES, 467)},
    "largest_gap": {"b": max(map(gap, BUCKETS))},
    "unweighted_mean": {"b": sum(map(gap, BUCKETS), Fraction(0)) / 6},
    "only_test_rows": {"a": labels(asked(ROWS[:184])), "b": error(sorted_rows(ROWS[:184]))},
    "only_training_rows": {"a": labels(asked(ROWS[184:])), "b": error(sorted_rows(ROWS[184:]))},
}
MADE = {each.tag: each for each in MISCONCEPTIONS}


def test_every_mistake_is_counted_here() -> None:
    assert sorted(MADE) == sorted(EXPECTED)


@pytest.mark.parametrize("tag", EXPECTED)
def test_a_mistake_gives_what_is_counted_in_fractions(tag: str) -> None:
    expected = {part: float(value) for part, value in EXPECTED[tag].items()}
    assert MADE[tag].values(shipped_inputs("calibration")) == pytest.approx(
        expected, abs=1e-12, rel=0
    )


def small(p: list[float], y: list[int]) -> Inputs:
    table = pd.DataFrame({"col0": [0] * len(p), "Label": y, "LogRegPr": p})
    return Inputs({"ancestry-calibration": table}, {"bucket": 0.6})


def test_a_prediction_on_a_bound_belongs_to_the_bucket_that_begins_there() -> None:
    # Down: 0.6 holds 0.6 and 0.75. Up: 0.6 holds 0.4 and 0.59, and 0.6 itself goes to 0.8.
    given = small([0.4, 0.59, 0.6, 0.75, 0.8, 1.0], [1, 0, 1, 1, 0, 1])
    assert MADE["rounded_down"].values(given)["a"] == 1.0
    assert MADE["rounded_up"].values(given) == {"a": 0.5}


def test_an_empty_bucket_leaves_out_its_fraction_and_keeps_the_error() -> None:
    # The bucket nearest to 0.52 is 0.6; rounded down it is 0.4, and the nearest tenth is 0.5.
    given = small([0.52, 0.0], [1, 0])
    assert MADE["rounded_down"].values(given) == {"b": pytest.approx(0.24)}
    assert MADE["nearest_tenth"].values(given) == {"b": pytest.approx(0.24)}


def test_there_is_no_bucket_below_the_first() -> None:
    given = Inputs(small([0.05, 0.6], [1, 0]).data, {"bucket": 0})
    assert MADE["rounded_up"].values(given) == {}


def test_in_a_file_of_another_size_nobody_knows_where_the_test_rows_end() -> None:
    given = small([0.6, 0.6], [1, 0])
    assert MADE["only_test_rows"].values(given) == MADE["only_training_rows"].values(given) == {}


def test_no_label_one_at_all_makes_no_number_that_is_none() -> None:
    given = small([0.6, 0.61], [0, 0])
    assert MADE["bucket_given_label"].values(given) == {"a": 0.0}
