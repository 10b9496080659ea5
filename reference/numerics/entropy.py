"""Entropy in bits, and what a split of the examples does to it.

A node of a decision tree is its counts (k,): how many of its examples have each of the k labels. A split is
its children's counts (c, k), one child a row.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Measure = Callable[[Array], float]


def entropy(counts: Array) -> float:
    """H = sum_k p_k log2(1 / p_k), where p = counts / sum(counts) and 0 log 0 = 0.

    Raises:
        ValueError: there is nothing to count, or a count is negative.
    """
    if not np.all(counts >= 0) or counts.sum() <= 0:
        raise ValueError(f"{counts} are no counts of labels")
    p = counts[counts > 0] / counts.sum()
    return float(p @ np.log2(1.0 / p))


def expected_entropy(children: Array, measure: Measure = entropy) -> float:
    """sum_c n_c / n * H(child c): a child weighs as much as it has examples, and an empty one nothing."""
    n = children.sum(axis=1)
    filled = n > 0
    return float(n[filled] / n.sum() @ [measure(child) for child in children[filled]])


def information_gain(children: Array, measure: Measure = entropy) -> float:
    """H(parent) minus the expected entropy after the split; the parent is the children together."""
    return measure(children.sum(axis=0)) - expected_entropy(children, measure)
