# ruff: noqa: N803, N806 - the formulas' own symbols, as in the module under test.
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from reference.numerics.logistic import (
    accuracy,
    gradient,
    log_likelihood,
    predict,
    sigma,
    train,
    train_penalised,
    with_bias,
)
from tests.reference.shipped import shipped_lines

Array = npt.NDArray[np.float64]


def lecture(X: Array, y: Array, eta: float, steps: int) -> list[float]:
    """The lecture's algorithm, loop by loop as it stands on the slide."""
    theta = [0.0] * X.shape[1]
    for _ in range(steps):
        slope = [0.0] * len(theta)
        for x_i, y_i in zip(X.tolist(), y.tolist(), strict=True):
            z = sum(theta_j * x_j for theta_j, x_j in zip(theta, x_i, strict=True))
            for j, x_j in enumerate(x_i):
                slope[j] += x_j * (y_i - 1 / (1 + math.exp(-z)))
        for j in range(len(theta)):
            theta[j] += eta * slope[j]
    return theta


def textbook_log_likelihood(theta: Array, X: Array, y: Array) -> float:
    """LL as the lecture writes it: good for moderate theta only."""
    total = 0.0
    for x_i, y_i in zip(X, y, strict=True):
        p = 1 / (1 + math.exp(-float(theta @ x_i)))
        total += y_i * math.log(p) + (1 - y_i) * math.log(1 - p)
    return total


def binary(n: int, m: int, seed: int) -> tuple[Array, Array]:
    """A small problem: X (n, m + 1) with its bias, and labels that depend on it."""
    draw = np.random.default_rng(seed)
    X = with_bias((draw.random((n, m)) < 0.5).astype(np.float64))
    y = (draw.random(n) < expit(X @ draw.normal(size=m + 1))).astype(np.float64)
    y[:2] = 0.0, 1.0
    return X, y


def test_sigma_agrees_with_scipy_far_into_both_tails_and_never_overflows() -> None:
    z = np.array([0.0, 1e-20, 0.5, 20.0, 36.7, 37.0, 300.0, 708.0, 1e6, math.inf])
    z = np.concatenate([-z[::-1], z])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(sigma(z), expit(z), rtol=1e-15, atol=0)


@given(st.floats(-800, 800))
def test_sigma_of_z_and_of_minus_z_add_up_to_one(z: float) -> None:
    low, high = sigma(np.array([-abs(z), abs(z)]))
    # One rounding of each, and one of the sum.
    assert low + high == pytest.approx(1.0, abs=4e-16)
    assert 0.0 <= low <= 0.5 <= high <= 1.0


def test_the_bias_is_the_first_column_and_is_one() -> None:
    X = with_bias(np.array([[0.0, 2.0], [3.0, 4.0]]))
    assert X.tolist() == [[1.0, 0.0, 2.0], [1.0, 3.0, 4.0]]


@pytest.mark.parametrize("seed", range(5))
def test_the_log_likelihood_is_the_lectures_formula(seed: int) -> None:
    X, y = binary(30, 4, seed)
    theta = np.random.default_rng(seed).normal(size=5)
    assert log_likelihood(theta, X, y) == pytest.approx(
        textbook_log_likelihood(theta, X, y), abs=1e-12
    )


def test_the_log_likelihood_is_finite_where_sigma_rounds_to_one() -> None:
    # Two certain predictions: the right one costs nothing, and the wrong one costs |z| = 800.
    X, y = np.array([[800.0], [800.0]]), np.array([1.0, 0.0])
    assert log_likelihood(np.array([1.0]), X, y) == -800.0


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_is_the_slope_of_the_log_likelihood_by_central_differences(seed: int) -> None:
    X, y = binary(30, 4, seed)
    theta = np.random.default_rng(seed).normal(size=5)
    h = 1e-5
    slopes = [
        (
            textbook_log_likelihood(theta + h * e_j, X, y)
            - textbook_log_likelihood(theta - h * e_j, X, y)
        )
        / (2 * h)
        for e_j in np.eye(5)
    ]
    # Rounding of LL (about 1e-14) over 2h leaves 1e-9, and the third derivative's share is h^2.
    np.testing.assert_allclose(gradient(theta, X, y), slopes, atol=2e-8, rtol=0)


@pytest.mark.parametrize(
    ("n", "m", "eta", "steps"),
    [(12, 5, 0.01, 300), (40, 20, 0.0001, 1000), (7, 2, 0.1, 1), (5, 1, 0.1, 0)],
)
def test_training_agrees_with_the_lectures_triple_loop(
    n: int, m: int, eta: float, steps: int
) -> None:
    X, y = binary(n, m, seed=n)
    theta = train(X, y, eta=eta, steps=steps)
    np.testing.assert_allclose(theta, lecture(X, y, eta, steps), atol=1e-12, rtol=0)


def test_training_can_start_elsewhere_and_follow_another_gradient() -> None:
    X, y = binary(12, 3, seed=3)
    theta = train(X, y, eta=0.5, steps=2, start=1.0, gradient=lambda theta, _X, _y: theta)
    assert theta.tolist() == [2.25] * 4


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_small_steps_never_lower_the_log_likelihood(seed: int) -> None:
    X, y = binary(20, 4, seed)
    reached = [log_likelihood(train(X, y, eta=0.01, steps=k), X, y) for k in range(5)]
    assert reached == sorted(reached)
    assert reached[0] == pytest.approx(-20 * math.log(2), abs=1e-12)


def test_a_probability_of_exactly_one_half_is_predicted_as_zero() -> None:
    X = np.array([[-1.0], [0.0], [1.0]])
    assert predict(np.array([0.5]), X).tolist() == [0.0, 0.0, 1.0]


def test_accuracy_is_the_fraction_of_right_predictions() -> None:
    # The predictions are 0, 0, 1 and 1.
    X = np.array([[-1.0], [0.0], [1.0], [2.0]])
    assert accuracy(np.array([1.0]), X, np.array([0.0, 1.0, 1.0, 1.0])) == 0.75


def stacked_ancestry() -> tuple[Array, Array]:
    rows = shipped_lines("ancestry-test") + shipped_lines("ancestry-train")
    values = np.array(rows, dtype=np.float64)
    return values[:, :-1], values[:, -1]


@pytest.mark.parametrize("C", [1.0, 0.1, 30.0])
def test_the_penalised_fit_predicts_as_scikit_learn_does_when_that_converges(C: float) -> None:
    features, y = stacked_ancestry()
    fit = LogisticRegression(C=C, tol=1e-12, max_iter=100_000).fit(features, y)
    X = with_bias(features)
    ours = sigma(X @ train_penalised(X, y, C=C))
    np.testing.assert_allclose(ours, fit.predict_proba(features)[:, 1], atol=1e-6, rtol=0)


@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.sampled_from([0.01, 1.0, 100.0]))
@settings(max_examples=60, deadline=None)
def test_the_penalised_fit_stands_where_the_penalised_slope_is_zero(
    seed: int, n: int, C: float
) -> None:
    X, y = binary(n, 3, seed)
    theta = train_penalised(X, y, C=C)
    penalty = np.array([0.0, *(theta[1:] / C)])
    np.testing.assert_allclose(X.T @ (y - expit(X @ theta)), penalty, atol=1e-9, rtol=0)


def test_the_bias_alone_is_not_penalised() -> None:
    # With no feature the optimum is known: sigma(theta_0) is the fraction of label 1, here 3 of 4.
    theta = train_penalised(np.ones((4, 1)), np.array([1.0, 1.0, 0.0, 1.0]))
    assert theta[0] == pytest.approx(math.log(3), abs=1e-12)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_the_penalised_fit_refuses_labels_that_are_all_the_same(label: float) -> None:
    X, _ = binary(10, 2, seed=0)
    with pytest.raises(ValueError, match="both labels must occur"):
        train_penalised(X, np.full(10, label))


def test_the_penalised_fit_says_so_when_it_has_not_converged() -> None:
    X, y = binary(40, 3, seed=0)
    with pytest.raises(ValueError, match="did not converge in 1 steps"):
        train_penalised(X, y, steps=1)
