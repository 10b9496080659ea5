"""The penalised fit as scikit-learn's ``LogisticRegression()`` leaves it: short of its optimum.

Its default solver, L-BFGS, minimises

    f(theta) = (sum_(j >= 1) theta_j^2 / (2 C) - LL(theta)) / n

and stops once no slope is larger than 1e-4. That is some 0.001 away from the optimum, which
``logistic.train_penalised`` finds, and far outside the tolerance of an answer. To know the number that
students read off, one has to walk the same path: Liu and Nocedal (1989) with a memory of ten steps; the
line search of Moré and Thuente (1994), which tries the length 1 / |slope| at first, and later 1. The symbols
are those of ``logistic``.
"""

from collections.abc import Callable

import numpy as np

from reference.numerics.logistic import Array, gradient, log_likelihood

MEMORY, STEPS, TRIES = 10, 100, 50
SMALL_SLOPE, SMALL_GAIN = 1e-4, 64 * float(np.finfo(np.float64).eps)
# The line search wants a decrease, and a slope that has become flatter: the two conditions of Wolfe.
DECREASE, FLATTER, NARROW = 1e-3, 0.9, 0.1

# A point on the line: how far along, the value there and the slope there.
Point = tuple[float, float, float]
Line = Callable[[float], Point]
Pairs = list[tuple[Array, Array]]


def train_stopped(X: Array, y: Array, *, C: float = 1.0) -> Array:
    """The theta (m + 1,) at which scikit-learn's default stops; the bias theta_0 is not penalised.

    Raises:
        ValueError: only one label occurs; or the path takes a turn that is not followed here.
    """
    if np.all(y == y[0]):
        raise ValueError("both labels must occur")
    n = len(y)
    penalty = np.full(X.shape[1], 1.0 / (C * n))
    penalty[0] = 0.0

    def value(theta: Array) -> float:
        return float(np.sum(penalty * theta**2)) / 2.0 - log_likelihood(theta, X, y) / n

    def slope(theta: Array) -> Array:
        return penalty * theta - gradient(theta, X, y) / n

    theta, pairs = np.zeros(X.shape[1]), Pairs()
    for _ in range(STEPS):
        g = slope(theta)
        if np.max(np.abs(g)) <= SMALL_SLOPE:
            break
        d = -_curved(g, pairs)

        def line(t: float, theta: Array = theta, d: Array = d) -> Point:
            return t, value(theta + t * d), float(slope(theta + t * d) @ d)

        before = line(0.0)
        t, after, _ = _search(line, before, 1.0 if pairs else 1.0 / float(np.linalg.norm(d)))
        pairs = [*pairs, (t * d, slope(theta + t * d) - g)][-MEMORY:]
        theta = theta + t * d
        if before[1] - after <= SMALL_GAIN * max(abs(before[1]), abs(after), 1.0):
            break
    return theta


def _curved(g: Array, pairs: Pairs) -> Array:
    """H g, where H is the inverse curvature that the last steps s and changes of slope v tell of."""
    q, shares = g, []
    for s, v in reversed(pairs):
        shares.append(s @ q / (s @ v))
        q = q - shares[-1] * v
    if pairs:
        s, v = pairs[-1]
        q = q * (s @ v / (v @ v))
    for (s, v), share in zip(pairs, reversed(shares), strict=True):
        q = q + (share - v @ q / (s @ v)) * s
    return q


def _search(line: Line, start: Point, t: float) -> Point:
    """The first point of Moré and Thuente's search that fulfils both conditions of Wolfe.

    Followed are the cases that a convex f leads to: its minimum is not reached yet, or stepped over.
    """
    best, far_side, shortest, longest = start, None, 0.0, 5.0 * t
    for _ in range(TRIES):
        here = line(t)
        enough = here[1] <= start[1] + DECREASE * t * start[2]
        if enough and abs(here[2]) <= -FLATTER * start[2]:
            return here
        if here[1] > best[1]:
            t, far_side = _back(best, here), here
        elif enough and here[2] * best[2] < 0.0:
            t, far_side, best = _on(best, here), best, here
        elif enough and far_side is None and abs(here[2]) < abs(best[2]):
            t, best = min(max(_on(best, here), shortest), longest), here
            shortest, longest = t + 1.1 * (t - best[0]), t + 4.0 * (t - best[0])
        else:
            break
        if far_side and abs(far_side[0] - best[0]) <= NARROW * max(far_side[0], best[0]):
            break
    raise ValueError("the line search takes a turn that is not followed here")


def _cubic(a: Point, b: Point) -> tuple[float, float]:
    """Two terms of the formula for the minimum of the cubic through both points with their slopes."""
    theta = 3.0 * (a[1] - b[1]) / (b[0] - a[0]) + a[2] + b[2]
    gamma = float(np.sqrt(max(theta**2 - a[2] * b[2], 0.0)))
    return theta, gamma if b[0] > a[0] else -gamma


def _back(best: Point, here: Point) -> float:
    """The value has grown: the minimum of the cubic, or half-way from it to the parabola's."""
    theta, gamma = _cubic(best, here)
    width = here[0] - best[0]
    share = (gamma - best[2] + theta) / (2.0 * gamma - best[2] + here[2])
    cubic = best[0] + share * width
    parabola = best[0] + best[2] / ((best[1] - here[1]) / width + best[2]) / 2.0 * width
    if abs(cubic - best[0]) <= abs(parabola - best[0]):
        return cubic
    return cubic + (parabola - cubic) / 2.0


def _on(best: Point, here: Point) -> float:
    """The value has not grown: the minimum of the cubic or of the secant, whichever is further from here."""
    theta, gamma = _cubic(best, here)
    width = best[0] - here[0]
    share = (-gamma - here[2] + theta) / (-2.0 * gamma - here[2] + best[2])
    if here[2] * best[2] > 0.0 and share >= 0.0:
        return float("inf")  # the cubic falls for ever.
    cubic = here[0] + share * width
    secant = here[0] + here[2] / (here[2] - best[2]) * width
    return cubic if abs(cubic - here[0]) > abs(secant - here[0]) else secant
