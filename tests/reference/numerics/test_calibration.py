# ruff: noqa: N803 - K is the symbol of the module under test.
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.numerics.calibration import Reliability, nearest_bucket, reliability
from tests.reference.shipped import shipped_lines

# The table of 20 predictions and labels that the lecture shows.
LECTURE_P = """
.237 .928 .541 .003 .914 .432 .001 .530 .090 .439 .032 .114 .848 .025 .180 .672 .531 .012 .560 .502
""".split()
LECTURE_Y = [0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1]


def sort(p: Sequence[str | float], y: Sequence[float]) -> Reliability:
    predictions, labels = np.array(p, dtype=np.float64), np.array(y, dtype=np.float64)
    return reliability(nearest_bucket(predictions), predictions, labels)


def exact_bucket(text: str, K: int) -> int:
    """The nearest bucket by trying all of them in exact fractions; min keeps the first, lower one on ties."""
    return min(range(K + 1), key=lambda b: abs(Fraction(text) - Fraction(b, K)))


def exact_error(p: Sequence[str], y: Sequence[int]) -> Fraction:
    """The expected calibration error, bucket by bucket in exact fractions."""
    buckets = [exact_bucket(text, 5) for text in p]
    error = Fraction(0)
    for b in set(buckets):
        inside = [i for i, bucket in enumerate(buckets) if bucket == b]
        n_b = len(inside)
        mean_label = Fraction(sum(y[i] for i in inside), n_b)
        mean_prediction = sum((Fraction(p[i]) for i in inside), Fraction(0)) / n_b
        error += Fraction(n_b, len(p)) * abs(mean_label - mean_prediction)
    return error


def test_the_lectures_table_falls_into_the_buckets_counted_by_hand() -> None:
    # Up to .1: .003 .001 .090 .032 .025 .012, six, none of label 1.
    # Up to .3: .237 .114 .180, three, none of label 1.
    # Up to .5: .432 (1) .439 (0), two, one of label 1.
    # Up to .7: .541 .530 .672 .531 .560 .502, six, all of label 1.
    # Up to .9: .848, one, of label 1.
    # Above: .928 (1) .914 (0), two, one of label 1.
    table = sort(LECTURE_P, LECTURE_Y)
    assert table.n.tolist() == [6, 3, 2, 6, 1, 2]
    assert table.labels.tolist() == [0, 0, 1, 6, 1, 1]
    assert [table.fraction(b) for b in range(6)] == [0, 0, 0.5, 1, 1, 0.5]


def test_the_lectures_table_has_the_calibration_error_worked_out_by_hand() -> None:
    # n_b times the gap is |sum of labels - sum of predictions|, bucket by bucket:
    # |0 - .163| + |0 - .531| + |1 - .871| + |6 - 3.336| + |1 - .848| + |1 - 1.842| = 4.481, over 20 rows.
    table = sort(LECTURE_P, LECTURE_Y)
    assert table.expected_error() == pytest.approx(4.481 / 20, abs=1e-12)
    assert table.gaps()[3] == pytest.approx(2.664 / 6, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "bucket"), [("0.1", 0), ("0.3", 1), ("0.5", 2), ("0.7", 3), ("0.9", 4)]
)
def test_half_way_between_two_buckets_belongs_to_the_lower_and_a_hair_above_to_the_upper(
    text: str, bucket: int
) -> None:
    p = float(text)
    beside = np.array(
        [math.nextafter(p, 0), p, math.nextafter(p, 1), float(text + "00000000000001")]
    )
    assert nearest_bucket(beside).tolist() == [bucket, bucket, bucket + 1, bucket + 1]


def test_the_ends_of_the_scale_are_buckets_too() -> None:
    p = np.array([0.0, -0.0, 5e-324, 1 - 2**-53, 1.0])
    assert nearest_bucket(p).tolist() == [0, 0, 0, 5, 5]


@given(st.integers(0, 15), st.data(), st.sampled_from([5, 10, 4, 3]))
def test_a_prediction_as_written_goes_to_the_exactly_nearest_bucket(
    digits: int,
    data: st.DataObject,
    K: int,
) -> None:
    scale = 10**digits
    # Random digits hardly ever hit a tie, so half of the numbers are made from half-way points.
    near = st.integers(0, K - 1).map(lambda b: round(scale * Fraction(2 * b + 1, 2 * K)))
    units = data.draw(st.one_of(st.integers(0, scale), near))
    text = f"{units}e-{digits}"
    assert nearest_bucket(np.array([float(text)]), K).tolist() == [exact_bucket(text, K)]


@pytest.mark.parametrize("p", [-1e-9, 1 + 1e-9, math.nan, math.inf, -math.inf])
def test_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        nearest_bucket(np.array([0.5, p]))


def test_an_empty_bucket_counts_nothing_and_has_no_fraction() -> None:
    table = sort([0.0, 0.6], [0, 1])
    assert table.n.tolist() == [1, 0, 0, 1, 0, 0]
    assert table.gaps().tolist() == [0, 0, 0, pytest.approx(0.4), 0, 0]
    assert table.expected_error() == pytest.approx(0.2)
    with pytest.raises(ValueError, match="no prediction falls in bucket number 1"):
        table.fraction(1)


def test_the_shipped_predictions_are_sorted_as_exact_arithmetic_sorts_them() -> None:
    rows = shipped_lines("ancestry-calibration")
    p, y = [row[-1] for row in rows], [int(row[-2]) for row in rows]
    table = sort(p, y)
    buckets = [exact_bucket(text, 5) for text in p]
    assert table.n.tolist() == [buckets.count(b) for b in range(6)]
    assert table.expected_error() == pytest.approx(float(exact_error(p, y)), abs=1e-12)


examples = st.lists(
    st.tuples(st.decimals(0, 1, places=3).map(str), st.integers(0, 1)), min_size=1, max_size=60
)


@given(examples)
def test_the_calibration_error_agrees_with_exact_arithmetic(rows: list[tuple[str, int]]) -> None:
    p, y = zip(*rows, strict=True)
    error = sort(p, y).expected_error()
    assert error == pytest.approx(float(exact_error(p, y)), abs=1e-12)
    assert 0 <= error <= 1


@given(examples)
def test_the_order_of_the_examples_does_not_matter(rows: list[tuple[str, int]]) -> None:
    p, y = zip(*rows, strict=True)
    assert sort(p, y).expected_error() == pytest.approx(
        sort(p[::-1], y[::-1]).expected_error(), abs=1e-12
    )


def test_predictions_that_are_certain_and_right_have_no_error() -> None:
    assert sort([0.0, 1.0, 1.0], [0, 1, 1]).expected_error() == 0.0


def test_predictions_that_are_certain_and_wrong_have_an_error_of_one() -> None:
    assert sort([0.0, 1.0, 1.0], [1, 0, 0]).expected_error() == 1.0
