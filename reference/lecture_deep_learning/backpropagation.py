"""Backpropagation through a small network, by the chain rule.

Reported: (a) y_hat; (b) the log likelihood; (c1, c2, ...) its derivative by each theta_j^(y), and
(d11, d12, ...) by each theta_ij^(h), i for the input and j for the hidden neuron.
Source: lecture "Deep Learning", CS109 winter 2026.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log

import numpy as np

from reference.inputs import Inputs
from reference.misconceptions import Misconception, Values
from reference.numerics.logistic import sigma
from reference.numerics.network import Array, hidden, log_likelihood, output, slope_h, slope_y
from reference.outputs import report


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """The network after the forward pass, in the symbols of ``numerics.network``."""

    x: Array
    y: int
    theta_h: Array
    theta_y: Array
    h: Array
    y_hat: float

    @property
    def error(self) -> float:
        """By how much the label exceeds the prediction: y - y_hat."""
        return self.y - self.y_hat


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    return _parts(_passed(inputs))


def _passed(inputs: Inputs) -> Passed:
    x, y, theta_y = inputs.reals("x"), inputs.whole("y"), inputs.reals("theta_y")
    rows = [inputs.reals(f"theta_x{i}") for i in range(1, len(x) + 1)]
    if y > 1 or any(row.shape != theta_y.shape for row in rows):
        raise ValueError("y must be 0 or 1, and each input needs one weight for each hidden neuron")
    theta_h = np.array(rows)
    h = hidden(x, theta_h)
    return Passed(x, y, theta_h, theta_y, h, output(h, theta_y))


def _parts(passed: Passed) -> dict[str, float]:
    likelihood = report(b=log_likelihood(passed.y_hat, passed.y))
    return report(a=passed.y_hat) | likelihood | _slopes(passed)


def _slopes(passed: Passed, factor: float = 1.0) -> dict[str, float]:
    """The derivatives, all of them times a factor."""
    return _by_theta_y(factor * slope_y(passed.h, passed.error)) | _by_theta_h(
        factor * slope_h(passed.x, passed.h, passed.theta_y, passed.error)
    )


def _by_theta_y(slopes: Array) -> dict[str, float]:
    return report(**{f"c{j}": slope for j, slope in enumerate(slopes, start=1)})


def _by_theta_h(slopes: Array) -> dict[str, float]:
    return report(**{f"d{i + 1}{j + 1}": slope for (i, j), slope in np.ndenumerate(slopes)})


def _instead(values: Callable[[Passed], dict[str, float]]) -> Values:
    return lambda inputs: values(_passed(inputs))


def _likelihood(value: Callable[[Passed], float]) -> Values:
    return lambda inputs: report(b=value(_passed(inputs)))


def _hidden_slopes(slopes: Callable[[Passed], Array]) -> Values:
    return lambda inputs: _by_theta_h(slopes(_passed(inputs)))


def _hidden_not_squashed(passed: Passed) -> dict[str, float]:
    h = passed.x @ passed.theta_h
    wrong = replace(passed, h=h, y_hat=output(h, passed.theta_y))
    return _parts(wrong) | _by_theta_h(np.outer(wrong.x, wrong.error * wrong.theta_y))


def _output_not_squashed(passed: Passed) -> dict[str, float]:
    """A weighted sum below 0 or above 1 has no log likelihood."""
    wrong = replace(passed, y_hat=float(passed.h @ passed.theta_y))
    return _parts(wrong) if 0.0 < wrong.y_hat < 1.0 else report(a=wrong.y_hat) | _slopes(wrong)


def _weights_transposed(passed: Passed) -> dict[str, float]:
    """Each theta_ij is taken for theta_ji, which needs as many inputs as hidden neurons."""
    theta_h = passed.theta_h.T
    if theta_h.shape != passed.theta_h.shape:
        return {}
    h = hidden(passed.x, theta_h)
    return _parts(replace(passed, theta_h=theta_h, h=h, y_hat=output(h, passed.theta_y)))


def _indices_swapped(passed: Passed) -> dict[str, float]:
    """The derivatives by theta_ii stay where they are, and are left out."""
    slopes = slope_h(passed.x, passed.h, passed.theta_y, passed.error)
    if slopes.shape[0] != slopes.shape[1]:
        return {}
    stay = {f"d{i}{i}" for i in range(1, len(slopes) + 1)}
    return {part: value for part, value in _by_theta_h(slopes.T).items() if part not in stay}


def _input_for_hidden(passed: Passed) -> dict[str, float]:
    return _by_theta_y(passed.error * passed.x) if len(passed.x) == len(passed.h) else {}


MISCONCEPTIONS = (
    Misconception(
        "sigmoid_derivative_forgotten",
        "You left out the derivative of the hidden neuron's sigmoid.",
        _hidden_slopes(lambda p: np.outer(p.x, p.error * p.theta_y)),
        "the-chain-rule",
    ),
    Misconception(
        "sign_of_the_error",
        "Your derivatives have the wrong sign: they are those of the loss, not of the log likelihood.",
        _instead(lambda p: _slopes(p, -1.0)),
        "the-chain-rule",
    ),
    Misconception(
        "output_weight_forgotten",
        "On the way back from the output to a hidden neuron you left out the weight between them.",
        _hidden_slopes(lambda p: np.outer(p.x, p.error * p.h * (1.0 - p.h))),
        "the-chain-rule",
    ),
    Misconception(
        "input_forgotten",
        "You left out the input at the far end of the weight.",
        _hidden_slopes(lambda p: slope_h(np.ones_like(p.x), p.h, p.theta_y, p.error)),
        "the-chain-rule",
    ),
    Misconception(
        "sigmoid_taken_twice",
        "In the derivative of the sigmoid you squashed the hidden neuron once more. It is a sigmoid already.",
        _hidden_slopes(
            lambda p: np.outer(p.x, p.error * p.theta_y * sigma(p.h) * (1.0 - sigma(p.h)))
        ),
        "the-chain-rule",
    ),
    Misconception(
        "input_for_hidden",
        "A weight to the output begins at a hidden neuron. You multiplied by the input instead.",
        _instead(_input_for_hidden),
        "the-chain-rule",
    ),
    Misconception(
        "squared_error",
        "These are the derivatives of a squared error. The log likelihood has others.",
        _instead(lambda p: _slopes(p, p.y_hat * (1.0 - p.y_hat))),
        "the-chain-rule",
    ),
    Misconception(
        "output_derivative_forgotten",
        "You left out the derivative of the output neuron's sigmoid.",
        _instead(lambda p: _slopes(p, 1.0 / (p.y_hat * (1.0 - p.y_hat)))),
        "the-chain-rule",
    ),
    Misconception(
        "negative_log_likelihood",
        "This is the loss, the negative of the log likelihood.",
        _likelihood(lambda p: -log_likelihood(p.y_hat, p.y)),
        "the-forward-pass",
    ),
    Misconception(
        "other_label",
        "This is the log likelihood of the other label.",
        _likelihood(lambda p: log_likelihood(p.y_hat, 1 - p.y)),
        "the-forward-pass",
    ),
    Misconception(
        "binary_logarithm",
        "You took the logarithm to base two. Here it is the natural one.",
        _likelihood(lambda p: log_likelihood(p.y_hat, p.y) / log(2.0)),
        "the-forward-pass",
    ),
    Misconception(
        "decimal_logarithm",
        "You took the logarithm to base ten. Here it is the natural one.",
        _likelihood(lambda p: log_likelihood(p.y_hat, p.y) / log(10.0)),
        "the-forward-pass",
    ),
    Misconception(
        "hidden_not_squashed",
        "You left out the sigmoid of the hidden neurons.",
        _instead(_hidden_not_squashed),
        "the-forward-pass",
    ),
    Misconception(
        "output_not_squashed",
        "You left out the sigmoid of the output neuron.",
        _instead(_output_not_squashed),
        "the-forward-pass",
    ),
    Misconception(
        "weights_transposed",
        "You mixed up the indices of the hidden weights: the first one is the input's.",
        _instead(_weights_transposed),
        "the-network",
    ),
    Misconception(
        "indices_swapped",
        "This is the derivative by another weight. The first index is the input's.",
        _instead(_indices_swapped),
        "the-network",
    ),
)
