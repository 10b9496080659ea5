"""The lecture's neural network: one hidden layer, one output neuron, a sigmoid in each, and no bias.

x        (i,)    the inputs
theta_h  (i, j)  the weights from input i to hidden neuron j
h        (j,)    the hidden neurons: h_j = sigma(sum_i x_i theta_ij^(h))
theta_y  (j,)    the weights from hidden neuron j to the output
y_hat    scalar  the output, P(Y = 1 | x) = sigma(sum_j h_j theta_j^(y))
y        scalar  the label, 0 or 1
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from reference.numerics.logistic import sigma

Array = npt.NDArray[np.float64]


def parameter_counts(layers: Sequence[int]) -> list[int]:
    """The weights between each layer and the next, where each neuron is joined to each."""
    return [before * after for before, after in pairwise(layers)]


def hidden(x: Array, theta_h: Array) -> Array:
    """Squash each weighted sum of the inputs: h (j,) = sigma(x theta^(h))."""
    return sigma(x @ theta_h)


def output(h: Array, theta_y: Array) -> float:
    """Squash the weighted sum of the hidden neurons: y_hat = sigma(h theta^(y))."""
    return float(sigma(h @ theta_y))


def log_likelihood(y_hat: float, y: int) -> float:
    """LL = y log y_hat + (1 - y) log(1 - y_hat).

    Raises:
        ValueError: the prediction is so sure that it is 0 or 1 as a float.
    """
    if not 0.0 < y_hat < 1.0:
        raise ValueError(f"a prediction of {y_hat} leaves no log likelihood")
    return float(np.log(y_hat if y == 1 else 1.0 - y_hat))


def slope_y(h: Array, error: float) -> Array:
    """Derive LL by theta^(y) (j,): dLL / dtheta_j = (y - y_hat) h_j, where error is y - y_hat.

    By the chain rule it is dLL/dy_hat * dy_hat/dtheta_j, where dLL/dy_hat = (y - y_hat) / (y_hat (1 - y_hat))
    and the derivative of the sigmoid gives dy_hat/dtheta_j = y_hat (1 - y_hat) h_j.
    """
    return error * h


def slope_h(x: Array, h: Array, theta_y: Array, error: float) -> Array:
    """Derive LL by theta^(h) (i, j): dLL / dtheta_ij = (y - y_hat) theta_j^(y) h_j (1 - h_j) x_i.

    By the chain rule it is dLL/dh_j * dh_j/dtheta_ij, where dLL/dh_j = (y - y_hat) theta_j^(y) and the
    derivative of the sigmoid gives dh_j/dtheta_ij = h_j (1 - h_j) x_i.
    """
    return np.outer(x, error * theta_y * h * (1.0 - h))


def kept(h: Array, mask: Array) -> Array:
    """Dropout: h_j where the mask is 1, and 0 where it is 0. Nothing is scaled up to make up for it."""
    return h * mask


def mask_probability(mask: Array, drop: float) -> float:
    """P(mask) = prod_j drop^(1 - mask_j) (1 - drop)^(mask_j): each neuron is dropped independently."""
    return float(np.prod(np.where(mask == 1, 1.0 - drop, drop)))
