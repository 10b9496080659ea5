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
DECREASE, FLATTER = 1e-3, 0.9

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

    Followed are the turns that binary data were seen to lead to.
    """
    best, far, bounds = start, None, (0.0, 5.0 * t)
    tilt, descending = DECREASE * start[2], True
    for _ in range(TRIES):
        here = line(t)
        enough = here[1] <= start[1] + tilt * t
        if enough and abs(here[2]) <= -FLATTER * start[2]:
            return here
        descending = descending and not (enough and here[2] >= 0.0)
        tilted = tilt if descending and not enough and here[1] <= best[1] else 0.0
        t, best, far = _next(best, far, here, tilt=tilted, bounds=bounds)
        if far is None:
            bounds = t + 1.1 * (t - best[0]), t + 4.0 * (t - best[0])
    raise ValueError("the line search finds no point that fulfils both conditions")


def _next(
    best: Point, far: Point | None, here: Point, *, tilt: float, bounds: tuple[float, float]
) -> tuple[float, Point, Point | None]:
    """The length to try next, the best point then, and the one on the far side of the minimum if known.

    While too little is gained, a line of this tilt is taken off the values first.
    """
    a, b = ((t, value - tilt * t, slope - tilt) for t, value, slope in (best, here))
    if b[1] > a[1]:
        return _back(a, b), best, here
    if b[2] * a[2] < 0.0:
        return _on(a, b), here, best
    if far is None:
        return min(max(_on(a, b), bounds[0]), bounds[1]), here, None
    raise ValueError("the line search takes a turn that is not followed here")


def _cubic(a: Point, b: Point) -> tuple[float, float]:
    """Two terms of the formula for the minimum of the cubic through both points with their slopes."""
    theta = 3.0 * (a[1] - b[1]) / (b[0] - a[0]) + a[2] + b[2]
    gamma = float(np.sqrt(max(theta**2 - a[2] * b[2], 0.0)))
    return theta, gamma if b[0] > a[0] else -gamma


def _back(a: Point, b: Point) -> float:
    """From a to b the value grows: the minimum of the cubic, or half-way from it to the parabola's."""
    theta, gamma = _cubic(a, b)
    width = b[0] - a[0]
    cubic = a[0] + (gamma - a[2] + theta) / (2.0 * gamma - a[2] + b[2]) * width
    parabola = a[0] + a[2] / ((a[1] - b[1]) / width + a[2]) / 2.0 * width
    if abs(cubic - a[0]) <= abs(parabola - a[0]):
        return cubic
    return cubic + (parabola - cubic) / 2.0


def _on(a: Point, b: Point) -> float:
    """From a to b it does not grow: the minimum of the cubic or the secant's, whichever is further from b."""
    theta, gamma = _cubic(a, b)
    cubic = (-gamma - b[2] + theta) / (-2.0 * gamma - b[2] + a[2])
    secant = b[2] / (b[2] - a[2])
    return b[0] + max(cubic, secant, key=abs) * (a[0] - b[0])
