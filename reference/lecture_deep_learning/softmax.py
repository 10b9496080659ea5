"""Softmax by hand.

Reported: (a1, a2, ...) to (d1, d2, ...) each component of the softmax of the scores a to d; (e1) the first of
two classes' probability under the scores e, and (e2) the number whose sigmoid it is.
Source: lecture "Deep Learning", CS109 winter 2026.
"""

from collections.abc import Callable

import numpy as np

from reference.inputs import Inputs
from reference.misconceptions import Misconception, Values
from reference.numerics.logistic import sigma
from reference.numerics.softmax import Array, log_softmax, softmax
from reference.outputs import report

Transform = Callable[[Array], Array]

LARGE = 700.0


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    first, second = _pair(inputs)
    return _components(inputs, softmax) | report(e2=first - second)


def _components(inputs: Inputs, transform: Transform, lists: str = "abcd") -> dict[str, float]:
    """What a transform makes of the scores, in the parts that are named for them."""
    values = {
        f"{name}{i}": value
        for name in lists
        for i, value in enumerate(transform(inputs.reals(name)), start=1)
    }
    return report(**values, e1=transform(_pair(inputs))[0])


def _pair(inputs: Inputs) -> Array:
    scores = inputs.reals("e")
    if scores.shape != (2,):
        raise ValueError("the parameter e must be a list of two scores")
    return scores


def _instead(transform: Transform) -> Values:
    return lambda inputs: _components(inputs, transform)


def _shared_out(weigh: Transform) -> Values:
    """The weights of the scores, divided by their sum.

    Equal scores share alike however they are weighed, so the mistake does not show there. It leads to no
    number where the weights add up to 0.
    """

    def values(inputs: Inputs) -> dict[str, float]:
        lists = "".join(name for name in "abcd" if np.ptp(inputs.reals(name)) > 0)
        if any(np.sum(weigh(inputs.reals(name))) == 0 for name in f"{lists}e"):
            return {}
        return _components(inputs, lambda z: weigh(z) / np.sum(weigh(z)), lists)

    return values


def _not_normalised(inputs: Inputs) -> dict[str, float]:
    """No float holds the exponential of a large score."""
    if max(inputs.reals(name).max() for name in "abcde") > LARGE:
        return {}
    return _components(inputs, np.exp)


def _difference_reversed(inputs: Inputs) -> dict[str, float]:
    first, second = _pair(inputs)
    return report(e2=second - first)


def _sum_of_scores(inputs: Inputs) -> dict[str, float]:
    total = _pair(inputs).sum()
    return report(e1=sigma(total), e2=total)


def _other_score_forgotten(inputs: Inputs) -> dict[str, float]:
    return report(e2=_pair(inputs)[0])


MISCONCEPTIONS = (
    Misconception(
        "sigmoid_normalised",
        "You took the sigmoid of each score and divided by their sum. Softmax takes the exponential.",
        _shared_out(sigma),
        "softmax",
    ),
    Misconception(
        "sigmoid_of_each",
        "You took the sigmoid of each score by itself. The probabilities of the classes add up to one.",
        _instead(sigma),
        "softmax",
    ),
    Misconception(
        "proportional",
        "You divided each score by the sum of the scores. Take the exponential of each first.",
        _shared_out(lambda z: z),
        "softmax",
    ),
    Misconception(
        "not_normalised",
        "You took the exponential of each score and stopped there. Divide by the sum of them all.",
        _not_normalised,
        "softmax",
    ),
    Misconception(
        "shifted_not_normalised",
        "You lowered the scores by the largest one and took the exponential. Divide by the sum as well.",
        _instead(lambda z: np.exp(z - z.max())),
        "softmax",
    ),
    Misconception(
        "base_two",
        "You took powers of two. Softmax takes powers of e.",
        _shared_out(lambda z: np.exp2(z - np.max(z))),
        "softmax",
    ),
    Misconception(
        "sign_of_the_scores",
        "Your exponents have the wrong sign: the largest score belongs to the likeliest class.",
        _shared_out(lambda z: softmax(-z)),
        "softmax",
    ),
    Misconception(
        "log_softmax",
        "This is the logarithm of the probability.",
        _instead(log_softmax),
        "what-to-report",
    ),
    Misconception(
        "hard_maximum",
        "You gave everything to the largest score. Softmax leaves each class a share.",
        _shared_out(lambda z: (z == np.max(z)).astype(np.float64)),
        "softmax",
    ),
    Misconception(
        "difference_reversed",
        "You subtracted the scores the wrong way round.",
        _difference_reversed,
        "two-classes",
    ),
    Misconception(
        "sum_of_scores",
        "You added the two scores. What counts is by how much one exceeds the other.",
        _sum_of_scores,
        "two-classes",
    ),
    Misconception(
        "other_score_forgotten",
        "You left out the other class. What counts is by how much one score exceeds the other.",
        _other_score_forgotten,
        "two-classes",
    ),
)
