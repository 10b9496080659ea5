"""Calibration: do events that are predicted with probability p happen with frequency p?

Predictions p (n,) are rounded to the nearest of the buckets 0, 1/K, 2/K, ..., 1, where K = 5 gives
0, 0.2, 0.4, 0.6, 0.8 and 1. Bucket b is known by its index 0..K, and its value is b / K.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

K = 5


def nearest_bucket(p: Array, K: int = K) -> Indices:
    """The index (n,) of the bucket nearest to each prediction; half-way between two goes to the lower.

    Rounding a product or a quotient can't be trusted with ties. No binary float is exactly 0.3 or 0.2, so
    0.3 / 0.2 comes out below 1.5, while 0.3 * 5 is 1.5 and NumPy rounds that to the even 2. Here p is
    compared with the half-way points (2b + 1) / (2K) themselves. Division rounds correctly, so each is the
    very float to which its decimal (0.1, 0.3, 0.5, ...) is read, and reading decimals keeps their order: a p
    read from text equals a half-way point when its text does, and otherwise lies on the right side, for
    texts of up to 15 significant digits.

    Raises:
        ValueError: a prediction is no probability.
    """
    if not np.all((p >= 0.0) & (p <= 1.0)):
        raise ValueError("a prediction lies outside 0..1, or is no number")
    halfway = ((2 * np.arange(K) + 1) / (2 * K)).astype(p.dtype)
    return np.searchsorted(halfway, p, side="left").astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Of each bucket: n_b, and the sums over its examples of the labels y and of the predictions p."""

    n: Array
    labels: Array
    predictions: Array

    def fraction(self, bucket: int) -> float:
        """The fraction of label 1 among the examples in a bucket.

        Raises:
            ValueError: the bucket is empty, so that there is no such fraction.
        """
        if self.n[bucket] == 0:
            raise ValueError(f"no prediction falls in bucket number {bucket}")
        return float(self.labels[bucket] / self.n[bucket])

    def gaps(self) -> Array:
        """|mean label - mean prediction| of each bucket; an empty one has no gap, and counts as 0."""
        return np.abs(self.labels - self.predictions) / np.maximum(self.n, 1)

    def expected_error(self) -> float:
        """The expected calibration error: sum_b n_b / n * |mean label of b - mean prediction of b|."""
        return float(self.n / self.n.sum() @ self.gaps())


def reliability(bucket: Indices, p: Array, y: Array, K: int = K) -> Reliability:
    """The K + 1 buckets of n examples, from each one's bucket, prediction p and label y, all (n,)."""

    def total(weights: Array) -> Array:
        return np.bincount(bucket, weights, minlength=K + 1).astype(np.float64)

    return Reliability(n=total(np.ones(len(p))), labels=total(y), predictions=total(p))
