"""Problem 2, Logistic Regression: Ancestry.

Reported: (a) the biggest absolute value among the features' weights theta_1, theta_2, ..., without the bias
theta_0; (b) the fraction of ancestry-test that is classified correctly.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 2.
"""

from collections.abc import Callable
from functools import partial
from random import Random

import numpy as np

from reference.datasets import another_population, people
from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.numerics.logistic import Array
from reference.outputs import report
from reference.pset7.logistic_mistakes import TRAINING_ONLY, misconceptions
from reference.pset7.training import Exercise, exercise
from reference.variants import Generated

PREFIX = "ancestry"


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    return _reported(exercise(inputs, PREFIX))


def generate(draw: Random) -> Generated:
    """Other people, of a population in which other markers speak for the label."""
    made = people(draw, another_population(draw))
    return Generated({name: made[name] for name in ("ancestry-train.csv", "ancestry-test.csv")})


def _reported(given: Exercise) -> dict[str, float]:
    theta = given.theta()
    return report(a=np.max(np.abs(theta[1:])), b=given.accuracy(theta))


def _accuracy(given: Exercise) -> dict[str, float]:
    return report(b=given.accuracy(given.theta()))


def _reads_off(weight: Callable[[Array], float], inputs: Inputs) -> dict[str, float]:
    """What one reports who trains well and then picks this from theta."""
    given = exercise(inputs, PREFIX)
    return report(a=weight(given.theta()))


def _biggest(theta: Array) -> float:
    """The weight of biggest size among the features', with its sign."""
    return float(theta[1:][np.argmax(np.abs(theta[1:]))])


_BIAS = "This is the weight of the bias, and the bias is no feature."
MISCONCEPTIONS = (
    Misconception(
        "signed_maximum",
        "This is the largest of the signed weights. A negative weight can be bigger in size.",
        partial(_reads_off, lambda theta: max(theta[1:])),
        "what-to-report",
    ),
    Misconception(
        "signed_value",
        "You kept the sign. The question asks for an absolute value.",
        partial(_reads_off, _biggest),
        "what-to-report",
    ),
    Misconception(
        "bias_reported",
        _BIAS,
        partial(_reads_off, lambda theta: abs(theta[0])),
        "what-to-report",
        rather_than=("signed_bias_reported",),
    ),
    Misconception(
        "signed_bias_reported",
        _BIAS,
        partial(_reads_off, lambda theta: theta[0]),
        "what-to-report",
    ),
    Misconception(
        "x2_reported",
        "This is the weight of a fixed feature, the second one. Compare all the features.",
        partial(_reads_off, lambda theta: abs(theta[2])),
        "what-to-report",
    ),
    *misconceptions(PREFIX, _reported),
    *misconceptions(PREFIX, _accuracy, TRAINING_ONLY),
)
