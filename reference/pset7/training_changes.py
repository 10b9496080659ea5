"""How students' versions of the exercise differ from it: other data, another gradient, another way to theta.

A change takes the exercise and gives what the student did instead, or None where that leads to no number.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import tanh

import numpy as np

from reference.numerics.lbfgs import train_stopped
from reference.numerics.logistic import Array, gradient, sigma, train_penalised
from reference.pset7.training import Exercise

Change = Callable[[Exercise], Exercise | None]


def mean_gradient(given: Exercise) -> Exercise:
    """The mean of the gradient over the examples in place of its sum."""
    return replace(given, eta=given.eta / len(given.y))


def no_bias(given: Exercise) -> Exercise:
    """With x_0 = 0 in place of 1 the bias stays where it starts, at 0, and adds nothing."""
    others = np.arange(given.X.shape[1]) > 0
    return replace(given, X=given.X * others)


def steps(count: Callable[[int], int], given: Exercise) -> Exercise:
    """Another number of steps."""
    return replace(given, steps=max(count(given.steps), 0))


def rate(factor: float, given: Exercise) -> Exercise:
    """Another learning rate; a negative one goes down the log likelihood."""
    return replace(given, eta=given.eta * factor)


def started_at_one(given: Exercise) -> Exercise:
    """All weights 1 before the first step."""
    return replace(given, start=1.0)


def per_example_update(given: Exercise) -> Exercise:
    """Stochastic gradient ascent: the weights move after each example, in the file's order."""
    return replace(given, fit=_after_each)


def _after_each(given: Exercise) -> Array:
    theta = np.full(given.X.shape[1], given.start)
    examples = list(zip(given.X, given.y.tolist(), strict=True))
    for _ in range(given.steps):
        for x, y in examples:
            # sigma(z) = (1 + tanh(z / 2)) / 2 is fast for one number at a time, and never overflows.
            theta += given.eta * (y - 0.5 - 0.5 * tanh(0.5 * x.dot(theta))) * x
    return theta


def gradient_not_reset(given: Exercise) -> Exercise:
    """The gradients of all steps so far, added up."""
    return replace(given, fit=_piled_up)


def _piled_up(given: Exercise) -> Array:
    theta = np.full(given.X.shape[1], given.start)
    total = np.zeros(given.X.shape[1])
    for _ in range(given.steps):
        total = total + given.gradient(theta, given.X, given.y)
        theta = theta + given.eta * total
    return theta


def wrong_sign_in_training(given: Exercise) -> Exercise:
    """1 / (1 + e^z) for the sigmoid in the gradient."""
    return replace(given, gradient=partial(gradient, squash=_wrong_sign))


def wrong_sign(given: Exercise) -> Exercise:
    """1 / (1 + e^z) for the sigmoid in the gradient and when a test example is classified."""
    return replace(wrong_sign_in_training(given), squash=_wrong_sign)


def _wrong_sign(z: Array) -> Array:
    return sigma(-z)


def no_sigmoid_in_training(given: Exercise) -> Exercise | None:
    """theta^T x for sigma(theta^T x) in the gradient.

    Then a step multiplies theta by 1 - eta X^T X, and its size has no bound if that is ever below -1.
    """
    if given.eta * np.linalg.norm(given.X, 2) ** 2 > 2:  # noqa: PLR2004 - as the sentence above says.
        return None
    return replace(given, gradient=partial(gradient, squash=_not_squashed))


def no_sigmoid(given: Exercise) -> Exercise | None:
    """theta^T x for sigma(theta^T x) in the gradient and when a test example is classified."""
    trained = no_sigmoid_in_training(given)
    return trained and replace(trained, squash=_not_squashed)


def _not_squashed(z: Array) -> Array:
    return z


def label_kept(given: Exercise) -> Exercise:
    """The label as one more feature, the last."""
    return replace(
        given,
        X=np.column_stack([given.X, given.y]),
        X_test=np.column_stack([given.X_test, given.y_test]),
    )


def first_row_lost(given: Exercise) -> Exercise | None:
    """Both files without their first example."""
    if min(len(given.y), len(given.y_test)) == 1:
        return None
    return replace(
        given, X=given.X[1:], y=given.y[1:], X_test=given.X_test[1:], y_test=given.y_test[1:]
    )


def standardised(ddof: int, given: Exercise) -> Exercise | None:
    """Each feature minus its mean in the training set, over its standard deviation there.

    The sum of squares is divided by n - ddof: NumPy and scikit-learn take 0, pandas takes 1.
    """
    if len(given.y) <= ddof:
        return None
    mean, deviation = given.X.mean(axis=0), given.X.std(axis=0, ddof=ddof)
    mean[0] = 0.0
    # A column that never changes, as the bias, has no deviation to divide by.
    deviation[deviation == 0] = 1.0
    return replace(given, X=(given.X - mean) / deviation, X_test=(given.X_test - mean) / deviation)


def trained_on_test(given: Exercise) -> Exercise:
    """The test set for the training set."""
    return replace(given, X=given.X_test, y=given.y_test)


def trained_on_both(given: Exercise) -> Exercise:
    """The training set and the test set, one below the other."""
    return replace(
        given, X=np.vstack([given.X, given.X_test]), y=np.concatenate([given.y, given.y_test])
    )


def library_default(given: Exercise) -> Exercise | None:
    """Where scikit-learn's default stops."""
    return _fitted(given, train_stopped)


def penalised(given: Exercise) -> Exercise | None:
    """The optimum that scikit-learn's default approaches, and other libraries reach."""
    return _fitted(given, train_penalised)


def _fitted(given: Exercise, train: Callable[[Array, Array], Array]) -> Exercise | None:
    try:
        theta = train(given.X, given.y)
    except ValueError:  # there is no such fit to these examples.
        return None
    return replace(given, fit=lambda _: theta)
