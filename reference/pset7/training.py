"""The exercise of problems 1 and 2: train on one file, then classify another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.inputs import Inputs
from reference.numerics.literal import ascend
from reference.numerics.logistic import (
    Array,
    Gradient,
    Squash,
    accuracy,
    gradient,
    sigma,
    train,
    with_bias,
)


def _ascend(given: "Exercise") -> Array:
    return train(
        given.X,
        given.y,
        eta=given.eta,
        steps=given.steps,
        start=given.start,
        gradient=given.gradient,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """All that decides the weights and the accuracy, so that a mistake is this with something replaced.

    Attributes:
        X: (n, m + 1) The training examples, x_0 = 1 first.
        y: (n,) Their labels.
        X_test: The examples to classify.
        y_test: Their labels.
        eta: The learning rate.
        steps: How often the weights are updated.
        start: The value of each weight before the first step.
        gradient: The direction of each step.
        fit: How all of these lead to theta (m + 1,), here by the lecture's batch gradient ascent.
        squash: What turns theta^T x into a probability when a test example is classified.
    """

    X: Array
    y: Array
    X_test: Array
    y_test: Array
    eta: float
    steps: int
    start: float = 0.0
    gradient: Gradient = gradient
    fit: "Callable[[Exercise], Array]" = _ascend
    squash: Squash = sigma

    def theta(self) -> Array:
        """The weights after training."""
        return self.fit(self)

    def accuracy(self, theta: Array) -> float:
        """The fraction of the test examples whose label is predicted."""
        return accuracy(theta, self.X_test, self.y_test, squash=self.squash)


def by_loops(given: Exercise) -> Array:
    """The same theta by the lecture's own loops."""
    X, y = given.X.tolist(), given.y.tolist()
    return np.array(ascend(X, y, eta=given.eta, steps=given.steps))


def exercise(inputs: Inputs, prefix: str) -> Exercise:
    """The exercise on ``<prefix>-train`` and ``<prefix>-test`` as the problem states it.

    Raises:
        ValueError: the inputs can't be used.
    """
    features, y, features_test, y_test = inputs.train_and_test(prefix)
    return Exercise(
        with_bias(features),
        y,
        with_bias(features_test),
        y_test,
        eta=inputs.real("eta"),
        steps=inputs.whole("steps"),
    )
