import math

import numpy as np
import pytest
import scipy.special  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from reference.numerics.softmax import log_likelihood, log_softmax, softmax

scores = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8).map(np.array)


@given(scores)
def test_softmax_and_its_logarithm_agree_with_scipy(z: np.ndarray) -> None:
    np.testing.assert_allclose(softmax(z), scipy.special.softmax(z), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(log_softmax(z), scipy.special.log_softmax(z), rtol=1e-12, atol=1e-12)


@given(scores)
def test_probabilities_add_up_to_one(z: np.ndarray) -> None:
    assert softmax(z).sum() == pytest.approx(1.0, abs=1e-12)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_of_two_classes_the_first_has_the_sigmoid_of_the_difference(first: float, z: float) -> None:
    expected = 1 / (1 + math.exp(-(first - z)))
    assert softmax(np.array([first, z]))[0] == pytest.approx(expected, rel=1e-12)


def test_large_scores_overflow_nowhere() -> None:
    z = np.array([1e4, 1e4, -1e4])
    assert softmax(z).tolist() == [0.5, 0.5, 0.0]
    assert log_softmax(z).tolist() == pytest.approx([-math.log(2), -math.log(2), -2e4], abs=1)


def test_the_log_likelihood_is_the_true_classs_logarithm() -> None:
    assert log_likelihood(np.array([0.25, 0.5, 0.25]), 1) == -math.log(2)


@pytest.mark.parametrize("y", [-1, 3])
def test_a_class_that_does_not_exist_is_refused(y: int) -> None:
    with pytest.raises(ValueError, match="there is no class"):
        log_likelihood(np.array([0.25, 0.5, 0.25]), y)


def test_a_class_that_was_held_to_be_impossible_is_refused() -> None:
    with pytest.raises(ValueError, match="held to be impossible"):
        log_likelihood(np.array([1.0, 0.0]), 1)
