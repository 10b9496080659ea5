import math
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.numerics.network import (
    hidden,
    kept,
    log_likelihood,
    mask_probability,
    output,
    parameter_counts,
    slope_h,
    slope_y,
)

Array = npt.NDArray[np.float64]


def likelihood(x: Array, y: int, theta_h: Array, theta_y: Array) -> float:
    """LL of the network, neuron by neuron as on the slide."""
    h = [
        1 / (1 + math.exp(-sum(x[i] * theta_h[i, j] for i in range(len(x)))))
        for j in range(len(theta_y))
    ]
    y_hat = 1 / (1 + math.exp(-sum(h[j] * theta_y[j] for j in range(len(h)))))
    return math.log(y_hat if y else 1 - y_hat)


def network(seed: int) -> tuple[Array, int, Array, Array]:
    draw = np.random.default_rng(seed)
    inputs, neurons = draw.integers(1, 5, 2)
    x, theta_y = draw.normal(size=inputs), draw.normal(size=neurons)
    return x, int(draw.integers(2)), draw.normal(size=(inputs, neurons)), theta_y


@pytest.mark.parametrize("seed", range(10))
def test_the_forward_pass_is_the_lectures(seed: int) -> None:
    x, y, theta_h, theta_y = network(seed)
    y_hat = output(hidden(x, theta_h), theta_y)
    assert log_likelihood(y_hat, y) == pytest.approx(likelihood(x, y, theta_h, theta_y), abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_backpropagation_is_the_slope_of_the_likelihood_by_central_differences(seed: int) -> None:
    x, y, theta_h, theta_y = network(seed)
    h = hidden(x, theta_h)
    error = y - output(h, theta_y)
    step = 1e-5

    def difference(move_h: Array, move_y: Array) -> float:
        up = likelihood(x, y, theta_h + step * move_h, theta_y + step * move_y)
        down = likelihood(x, y, theta_h - step * move_h, theta_y - step * move_y)
        return (up - down) / (2 * step)

    no_h, no_y = np.zeros_like(theta_h), np.zeros_like(theta_y)
    by_y = [difference(no_h, e) for e in np.eye(len(theta_y))]
    by_h = np.zeros_like(theta_h)
    for index in np.ndindex(*theta_h.shape):
        move = no_h.copy()
        move[index] = 1.0
        by_h[index] = difference(move, no_y)
    np.testing.assert_allclose(slope_y(h, error), by_y, atol=1e-8, rtol=0)
    np.testing.assert_allclose(slope_h(x, h, theta_y, error), by_h, atol=1e-8, rtol=0)


def test_every_connection_counts_once() -> None:
    assert parameter_counts([40, 20, 1]) == [800, 20]
    assert parameter_counts([3, 2]) == [len(list(product("abc", "de")))]
    assert parameter_counts([7]) == []


@pytest.mark.parametrize("y_hat", [0.0, 1.0, math.nan])
def test_a_prediction_that_is_certain_has_no_log_likelihood(y_hat: float) -> None:
    with pytest.raises(ValueError, match="leaves no log likelihood"):
        log_likelihood(y_hat, 1)


def test_a_dropped_neuron_counts_as_zero_and_the_others_as_they_are() -> None:
    assert kept(np.array([0.5, 0.25, 1.0]), np.array([1.0, 0.0, 1.0])).tolist() == [0.5, 0.0, 1.0]


def test_one_of_three_neurons_is_dropped_with_the_probability_worked_out_by_hand() -> None:
    assert mask_probability(np.array([1.0, 0.0, 1.0]), 0.25) == 0.75 * 0.25 * 0.75


@given(st.integers(1, 6), st.floats(0.01, 0.99))
def test_all_masks_together_are_certain(n: int, drop: float) -> None:
    total = sum(mask_probability(np.array(mask), drop) for mask in product((0.0, 1.0), repeat=n))
    assert total == pytest.approx(1.0, abs=1e-12)
