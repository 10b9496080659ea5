import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from reference.numerics.entropy import entropy, expected_entropy, information_gain

count = st.integers(0, 1000)
node = st.lists(count, min_size=2, max_size=6).filter(any)
two_classes = st.tuples(count, count).filter(any)
split = (
    st.integers(2, 4)
    .flatmap(lambda k: st.lists(st.lists(count, min_size=k, max_size=k), min_size=1, max_size=5))
    .filter(lambda children: any(map(any, children)))
)


def counts(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("values", "bits"),
    [
        ((1, 1), 1.0),
        ((7, 7, 7, 7), 2.0),
        ((1, 3), 2 - 0.75 * math.log2(3)),
        ((2, 1, 1), 1.5),
        ((2, 0, 1, 1, 0), 1.5),
    ],
)
def test_entropy_has_the_closed_form_worked_out_by_hand(
    values: tuple[int, ...], bits: float
) -> None:
    assert entropy(counts(*values)) == pytest.approx(bits, abs=1e-15)


@pytest.mark.parametrize("values", [(5, 0), (0, 5), (0, 0, 1), (3,)])
def test_a_pure_node_has_no_entropy_and_no_minus_sign(values: tuple[int, ...]) -> None:
    bits = entropy(counts(*values))
    assert bits == 0.0
    assert math.copysign(1, bits) == 1


@given(node)
def test_entropy_agrees_with_scipy(values: list[int]) -> None:
    expected = scipy.stats.entropy(values, base=2)
    assert entropy(counts(*values)) == pytest.approx(expected, abs=1e-12)


@given(two_classes)
def test_two_classes_hold_at_most_one_bit_and_their_order_does_not_matter(
    values: tuple[int, int],
) -> None:
    a, b = values
    assert 0 <= entropy(counts(a, b)) <= 1 + 1e-15
    assert entropy(counts(a, b)) == pytest.approx(entropy(counts(b, a)), abs=1e-15)


@pytest.mark.parametrize("values", [(), (0, 0), (3, -1), (math.nan, 1)])
def test_what_is_no_count_of_labels_is_refused(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="no counts of labels"):
        entropy(counts(*values))


@pytest.mark.parametrize(
    ("children", "bits"),
    [
        ([[4, 0], [2, 2]], Fraction(1, 2)),
        ([[3, 3], [2, 0]], Fraction(3, 4)),
        ([[1, 1], [0, 0], [2, 0]], Fraction(1, 2)),
    ],
)
def test_a_child_weighs_as_much_as_it_has_examples(
    children: list[list[int]], bits: Fraction
) -> None:
    values = np.array(children, dtype=np.float64)
    assert expected_entropy(values) == pytest.approx(float(bits), abs=1e-15)


def test_a_split_that_separates_the_labels_gains_all_the_entropy() -> None:
    assert information_gain(np.array([[0.0, 3.0], [1.0, 0.0]])) == entropy(counts(1, 3))


def test_children_that_look_like_their_parent_gain_nothing() -> None:
    children = np.array([[3.0, 1.0], [6.0, 2.0]])
    assert information_gain(children) == pytest.approx(0, abs=1e-15)


@given(split)
def test_the_gain_is_the_mutual_information_of_child_and_label(children: list[list[int]]) -> None:
    values = np.array(children, dtype=np.float64)
    p = values / values.sum()
    mutual = sum(
        p[c, k] * math.log2(p[c, k] / (p[c].sum() * p[:, k].sum()))
        for c, k in np.ndindex(*p.shape)
        if p[c, k] > 0
    )
    gain = information_gain(values)
    assert gain == pytest.approx(mutual, abs=1e-12)
    assert -1e-12 <= gain <= entropy(values.sum(axis=0)) + 1e-12


def test_another_measure_can_stand_in_for_entropy() -> None:
    children = np.array([[4.0, 0.0], [2.0, 2.0]])
    assert expected_entropy(children, measure=lambda child: float(child[0])) == 3.0
    assert information_gain(children, measure=lambda child: float(child[0])) == 3.0
    assert information_gain(children, measure=lambda child: float(child[0] ** 2)) == 26.0
