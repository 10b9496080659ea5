"""Dropout, and the log likelihood of a categorical prediction.

Reported: the log likelihood of the true class under (a) a prediction, (b) the softmax of scores, (c) the
softmax of the scores that come from hidden neurons some of which are dropped; (d) how probable that mask is.
Source: lecture "Deep Learning", CS109 winter 2026.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb, log

import numpy as np

from reference.inputs import Inputs
from reference.misconceptions import Misconception, Values
from reference.numerics.network import kept, mask_probability
from reference.numerics.softmax import Array, log_likelihood, log_softmax
from reference.outputs import report

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The problem's parameters; classes are counted from 0 here.

    Attributes:
        y: The true class.
        prediction: (k,) The predicted probabilities of part a.
        z: (k,) The scores of part b.
        h: (j,) The hidden neurons.
        theta: (j, k) The weights from each of them to the classes.
        mask: (j,) 0 for each one that is dropped, and 1 for the others.
        drop: The probability that one is dropped.
    """

    y: int
    prediction: Array
    z: Array
    h: Array
    theta: Array
    mask: Array
    drop: float

    def scores(self) -> Array:
        """The scores of part c."""
        return kept(self.h, self.mask) @ self.theta


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    given = _given(inputs)
    return report(
        a=log_likelihood(given.prediction, given.y),
        b=log_softmax(given.z)[given.y],
        c=log_softmax(given.scores())[given.y],
        d=mask_probability(given.mask, given.drop),
    )


def _given(inputs: Inputs) -> Given:
    h, mask, drop = inputs.reals("h"), inputs.counts("mask"), inputs.real("drop")
    given = Given(
        y=inputs.whole("y") - 1,
        prediction=inputs.reals("prediction"),
        z=inputs.reals("z"),
        h=h,
        theta=np.array([inputs.reals(f"theta_h{j}") for j in range(1, len(h) + 1)]),
        mask=mask,
        drop=drop,
    )
    if not given.prediction.shape == given.z.shape == given.theta.shape[1:]:
        raise ValueError("prediction, z and the weights of each neuron must be of the same classes")
    if not 0 <= given.y < len(given.z):
        raise ValueError("y must be one of the classes, which are counted from 1")
    if mask.shape != h.shape or np.any(mask > 1) or not 0.0 < drop < 1.0:
        raise ValueError("the mask must say 0 or 1 of each neuron, and drop be a probability")
    if np.any(given.prediction <= 0.0) or abs(given.prediction.sum() - 1.0) > ROUNDING:
        raise ValueError("the probabilities of the prediction must be positive and add up to 1")
    return given


def _each(value: Callable[[Array, Array, int], float]) -> Values:
    """Another value for each prediction p (k,) with its logarithm (k,), of the true class."""

    def values(inputs: Inputs) -> dict[str, float]:
        given = _given(inputs)
        predicted = {"a": np.log(given.prediction)} | {
            part: log_softmax(z) for part, z in (("b", given.z), ("c", given.scores()))
        }
        return report(**{part: value(np.exp(p), p, given.y) for part, p in predicted.items()})

    return values


def _from_scores(value: Callable[[Array, int], float]) -> Values:
    """Another value for the scores z (k,) of parts b and c, of the true class."""

    def values(inputs: Inputs) -> dict[str, float]:
        given = _given(inputs)
        return report(b=value(given.z, given.y), c=value(given.scores(), given.y))

    return values


def _dropped(left: Callable[[Given], Array]) -> Values:
    """Other values (j,) of the hidden neurons than those that the mask leaves."""

    def values(inputs: Inputs) -> dict[str, float]:
        given = _given(inputs)
        return report(c=log_softmax(left(given) @ given.theta)[given.y])

    return values


def _mask_drawn(value: Callable[[Given], float]) -> Values:
    return lambda inputs: report(d=value(_given(inputs)))


def _counted_from_zero(inputs: Inputs) -> dict[str, float]:
    """To one who counts the classes from 0, the last one's number names none."""
    if _given(inputs).y + 1 == len(_given(inputs).z):
        return {}
    return dict(_each(lambda _, log_p, y: log_p[y + 1])(inputs))


MISCONCEPTIONS = (
    Misconception(
        "negative_log_likelihood",
        "This is the loss, the negative of the log likelihood.",
        _each(lambda _, log_p, y: -log_p[y]),
        "log-likelihood",
    ),
    Misconception(
        "probability",
        "This is the probability of the true class. Take its logarithm.",
        _each(lambda p, _, y: p[y]),
        "log-likelihood",
    ),
    Misconception(
        "binary_logarithm",
        "You took the logarithm to base two. Here it is the natural one.",
        _each(lambda _, log_p, y: log_p[y] / log(2.0)),
        "log-likelihood",
    ),
    Misconception(
        "decimal_logarithm",
        "You took the logarithm to base ten. Here it is the natural one.",
        _each(lambda _, log_p, y: log_p[y] / log(10.0)),
        "log-likelihood",
    ),
    Misconception(
        "class_counted_from_zero",
        "You took the class after the true one. The classes are counted from one.",
        _counted_from_zero,
        "log-likelihood",
    ),
    Misconception(
        "likeliest_class",
        "This is the log likelihood of the class that is predicted to be the likeliest. Take the true one.",
        _each(lambda _, log_p, __: np.max(log_p)),
        "log-likelihood",
    ),
    Misconception(
        "entropy_of_the_prediction",
        "This is the entropy of the prediction. It does not look at the true class.",
        _each(lambda p, log_p, _: -np.sum(p * log_p)),
        "log-likelihood",
    ),
    Misconception(
        "score_itself",
        "This is the score of the true class. Softmax makes a probability of it first.",
        _from_scores(lambda z, y: z[y]),
        "scores",
    ),
    Misconception(
        "sigmoid_for_softmax",
        "You took the sigmoid of the score. With several classes, softmax makes the probabilities.",
        _from_scores(lambda z, y: -np.logaddexp(0.0, -z[y])),
        "scores",
    ),
    Misconception(
        "sigmoid_normalised",
        "You took the sigmoid of each score and divided by their sum. Softmax takes the exponential.",
        _from_scores(lambda z, y: log_softmax(-np.logaddexp(0.0, -z))[y]),
        "scores",
    ),
    Misconception(
        "dropout_ignored",
        "You kept all the hidden neurons. Drop those that the mask names.",
        _dropped(lambda given: given.h),
        "dropout",
    ),
    Misconception(
        "mask_inverted",
        "You dropped the neurons that stay, and kept those that are dropped.",
        _dropped(lambda given: kept(given.h, 1.0 - given.mask)),
        "dropout",
    ),
    Misconception(
        "scaled_up",
        "You scaled up the neurons that stay. Here they keep their values.",
        _dropped(lambda given: kept(given.h, given.mask) / (1.0 - given.drop)),
        "dropout",
    ),
    Misconception(
        "scaled_down",
        "You multiplied every neuron by the probability that it stays. Drop those that the mask names.",
        _dropped(lambda given: given.h * (1.0 - given.drop)),
        "dropout",
    ),
    Misconception(
        "drop_for_keep",
        "You mixed up the probabilities that a neuron is dropped and that it stays.",
        _mask_drawn(lambda given: mask_probability(1.0 - given.mask, given.drop)),
        "dropout",
    ),
    Misconception(
        "any_such_mask",
        "This is the probability that as many neurons are dropped, whichever they are.",
        _mask_drawn(
            lambda given: (
                comb(len(given.mask), int(given.mask.sum()))
                * mask_probability(given.mask, given.drop)
            )
        ),
        "dropout",
    ),
    Misconception(
        "kept_neurons_forgotten",
        "You left out the neurons that stay. That they stay has a probability too.",
        _mask_drawn(lambda given: mask_probability(given.mask[given.mask == 0], given.drop)),
        "dropout",
    ),
    Misconception(
        "dropped_neurons_forgotten",
        "You left out the neurons that are dropped. That they are has a probability too.",
        _mask_drawn(lambda given: mask_probability(given.mask[given.mask == 1], given.drop)),
        "dropout",
    ),
)
