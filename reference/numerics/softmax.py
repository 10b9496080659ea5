"""Softmax: scores of k classes become their probabilities."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def softmax(z: Array) -> Array:
    """Turn the scores z (k,) into probabilities (k,): e^(z_i) / sum_j e^(z_j).

    All scores are lowered by their largest one first. That cancels out, and no exponential overflows.
    """
    e: Array = np.exp(z - np.max(z))
    return e / np.sum(e)


def log_softmax(z: Array) -> Array:
    """Their logarithms (k,): log softmax(z)_i = z_i - log sum_j e^(z_j), with the same shift.

    No logarithm is taken of 0 where a probability is too small for a float.
    """
    shifted: Array = z - np.max(z)
    return shifted - float(np.log(np.sum(np.exp(shifted))))


def log_likelihood(p: Array, y: int) -> float:
    """LL = sum_k [y = k] log p_k = log p_y, of the predicted probabilities p (k,) and the true class y.

    Classes are counted from 0.

    Raises:
        ValueError: there is no such class, or it was held to be impossible.
    """
    if not 0 <= y < len(p):
        raise ValueError(f"there is no class {y} among {len(p)}")
    if p[y] <= 0.0:
        raise ValueError(
            "the true class was held to be impossible: the likelihood has no logarithm"
        )
    return float(np.log(p[y]))
