"""The same values as the other modules find, by the plain loops of the lecture and of the definitions.

They are slow and add up in another order. What they give differently is noise, which an audit of the answer
keys compares with the tolerance.
"""

from collections.abc import Iterable, Sequence
from math import exp, log2

Row = Sequence[float]


def ascend(X: Sequence[Row], y: Row, *, eta: float, steps: int) -> list[float]:
    """The lecture's batch gradient ascent, theta (m + 1,): over the steps, the examples and the weights.

    gradient_j = sum_i x_ij (y_i - 1 / (1 + e^(-theta^T x_i))), then theta_j += eta * gradient_j.
    """
    theta = [0.0] * len(X[0])
    for _ in range(steps):
        gradient = [0.0] * len(theta)
        for x, label in zip(X, y, strict=True):
            z = sum(weight * value for weight, value in zip(theta, x, strict=True))
            for j, value in enumerate(x):
                gradient[j] += value * (label - 1.0 / (1.0 + exp(-z)))
        for j, slope in enumerate(gradient):
            theta[j] += eta * slope
    return theta


def in_buckets(pairs: Iterable[Row], K: int) -> list[list[tuple[float, float]]]:
    """The pairs (p_i, y_i) of each bucket 0, 1/K, ..., 1: that nearest to p_i, the lower of two as near."""
    buckets: list[list[tuple[float, float]]] = [[] for _ in range(K + 1)]
    for prediction, label in pairs:
        nearest = min(range(K + 1), key=lambda b: (abs(prediction - b / K), b))
        buckets[nearest].append((float(prediction), float(label)))
    return buckets


def fraction(bucket: Sequence[tuple[float, float]]) -> float:
    """The mean of the labels y_i in a bucket."""
    return sum(label for _, label in bucket) / len(bucket)


def expected_error(buckets: Sequence[Sequence[tuple[float, float]]]) -> float:
    """sum_b n_b / n * |mean label of b - mean prediction of b|; an empty bucket adds nothing."""
    n = sum(map(len, buckets))
    error = 0.0
    for bucket in filter(None, buckets):
        predictions = sum(prediction for prediction, _ in bucket) / len(bucket)
        error += len(bucket) / n * abs(fraction(bucket) - predictions)
    return error


def entropy(counts: Row) -> float:
    """H = sum_k p_k log2(1 / p_k) over the labels that occur."""
    n = sum(counts)
    return sum(count / n * log2(n / count) for count in counts if count)
