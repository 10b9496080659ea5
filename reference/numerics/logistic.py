"""Logistic regression as the lecture "Deep Learning" teaches it, and its penalised fit.

The symbols are the lecture's, with n examples and m features:

    X      (n, m + 1)  the examples, one a row; column 0 is the bias x_0 = 1
    y      (n,)        their labels, 0 or 1
    theta  (m + 1,)    the weights; theta_0 is the bias's
    eta    scalar      the learning rate
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Gradient = Callable[[Array, Array, Array], Array]
Squash = Callable[[Array], Array]


def sigma(z: Array) -> Array:
    """Squash each z into 0..1: 1 / (1 + e^(-z)), the sigmoid.

    For z < 0 it is computed as e^z / (1 + e^z), which is the same. So the exponential is never taken of a
    positive number: neither tail overflows, and the lower one keeps its relative precision.
    """
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def with_bias(features: Array) -> Array:
    """X (n, m + 1): the features (n, m) after a first column x_0 = 1."""
    return np.column_stack([np.ones(len(features), dtype=features.dtype), features])


def gradient(theta: Array, X: Array, y: Array, squash: Squash = sigma) -> Array:
    """Ascend the log likelihood along sum_i x_i (y_i - sigma(theta^T x_i)), of shape (m + 1,).

    It is the sum over the examples, not their mean. Students' versions may squash otherwise.
    """
    return X.T @ (y - squash(X @ theta))


def path(
    X: Array,
    y: Array,
    *,
    eta: float,
    steps: int,
    start: float = 0.0,
    gradient: Gradient = gradient,
) -> Iterator[Array]:
    """Batch gradient ascent: theta_j = 0 for all j, then ``steps`` times theta += eta * gradient.

    Gives theta before the first step and after each. Every step looks at all the examples before any weight
    moves. Another start and another gradient can be given, because that is where students' versions depart
    from this one.
    """
    theta = np.full(X.shape[1], start, dtype=X.dtype)
    yield theta
    for _ in range(steps):
        theta = theta + eta * gradient(theta, X, y)
        yield theta


def train(
    X: Array,
    y: Array,
    *,
    eta: float,
    steps: int,
    start: float = 0.0,
    gradient: Gradient = gradient,
) -> Array:
    """The end of the path: theta after ``steps`` steps of batch gradient ascent."""
    *_, theta = path(X, y, eta=eta, steps=steps, start=start, gradient=gradient)
    return theta


def log_likelihood(theta: Array, X: Array, y: Array) -> float:
    """LL(theta) = sum_i y_i log sigma(theta^T x_i) + (1 - y_i) log(1 - sigma(theta^T x_i)).

    With log sigma(z) = -log(1 + e^(-z)) and 1 - sigma(z) = sigma(-z) no logarithm is taken of 0.
    """
    z = X @ theta
    return float(-np.sum(y * np.logaddexp(0.0, -z) + (1.0 - y) * np.logaddexp(0.0, z)))


def predict(theta: Array, X: Array, squash: Squash = sigma) -> Array:
    """The predicted labels (n,): 1 where sigma(theta^T x) > 0.5, otherwise 0."""
    return np.where(squash(X @ theta) > 0.5, 1.0, 0.0)  # noqa: PLR2004 - the lecture's threshold.


def accuracy(theta: Array, X: Array, y: Array, squash: Squash = sigma) -> float:
    """The fraction of the examples whose label is predicted."""
    return float(np.mean(predict(theta, X, squash) == y))


def train_penalised(X: Array, y: Array, *, C: float = 1.0, steps: int = 100) -> Array:
    """The theta that maximises LL(theta) - sum_(j >= 1) theta_j^2 / (2 C), by Newton's method.

    The bias theta_0 is not penalised. This is the optimum that scikit-learn's ``LogisticRegression(C=1)``
    approaches; there it depends on when the solver stops, here it is exact to rounding.

    Raises:
        ValueError: only one label occurs, so that theta_0 has no optimum; or it did not converge.
    """
    if np.all(y == y[0]):
        raise ValueError("both labels must occur")
    penalty = np.full(X.shape[1], 1.0 / C)
    penalty[0] = 0.0
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        p = sigma(X @ theta)
        slope = gradient(theta, X, y) - penalty * theta
        curvature = (X.T * (p * (1.0 - p))) @ X + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        theta = theta + step
        if np.max(np.abs(step)) < 1e-10:  # noqa: PLR2004 - Newton squares it: the next is below rounding.
            return theta
    raise ValueError(f"the penalised fit did not converge in {steps} steps")
