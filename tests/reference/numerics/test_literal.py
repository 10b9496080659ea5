import numpy as np
import pytest
from scipy.special import expit  # type: ignore[import-untyped]
from scipy.stats import entropy as scipy_entropy  # type: ignore[import-untyped]

from reference.numerics.literal import ascend, entropy, expected_error, in_buckets

X = [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]
Y = [0.0, 1.0, 1.0, 0.0]


def test_one_step_from_zero_goes_along_half_of_the_labels_signs() -> None:
    # At theta = 0 each probability is one half, so gradient_j = sum_i x_ij (y_i - 1/2), by hand:
    assert ascend(X, Y, eta=0.1, steps=1) == pytest.approx([0.0, 0.1, 0.0], abs=1e-15)
    assert ascend(X, Y, eta=0.1, steps=0) == [0.0, 0.0, 0.0]


def test_many_steps_agree_with_scipys_sigmoid_in_matrix_form() -> None:
    theta = np.zeros(3)
    for _ in range(200):
        theta += 0.05 * np.array(X).T @ (np.array(Y) - expit(np.array(X) @ theta))
    assert ascend(X, Y, eta=0.05, steps=200) == pytest.approx(list(theta), abs=1e-12)


@pytest.mark.parametrize(
    ("p", "bucket"),
    [
        (0.0, 0),
        (0.1, 0),
        (0.1000001, 1),
        (0.3, 1),
        (0.5, 2),
        (0.7, 3),
        (0.9, 4),
        (0.9000001, 5),
        (1, 5),
    ],
)
def test_half_way_between_two_buckets_goes_to_the_lower(p: float, bucket: int) -> None:
    found = in_buckets([(p, 1.0)], 5)
    assert [len(each) for each in found] == [int(b == bucket) for b in range(6)]


def test_the_expected_error_weighs_each_buckets_gap_by_its_share() -> None:
    # Two of three in a bucket with gap |1/2 - 0.2| = 0.3, one with |1 - 0.9| = 0.1: (2 * 0.3 + 0.1) / 3.
    buckets = [[(0.1, 0.0), (0.3, 1.0)], [], [(0.9, 1.0)]]
    assert expected_error(buckets) == pytest.approx(0.7 / 3, abs=1e-15)


@pytest.mark.parametrize("counts", [(1, 1), (35, 17), (5, 23), (7, 0), (3, 1, 4, 1, 5)])
def test_entropy_agrees_with_scipy(counts: tuple[int, ...]) -> None:
    assert entropy(counts) == pytest.approx(scipy_entropy(counts, base=2), abs=1e-14)
