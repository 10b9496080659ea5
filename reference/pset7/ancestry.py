"""Problem 2, Logistic Regression: Ancestry.

Reported: (a) the biggest absolute value among the features' weights theta_1, theta_2, ..., without the bias
theta_0; (b) the fraction of ancestry-test that is classified correctly.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 2.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

import numpy as np

from reference.datasets import another_population, people
from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.numerics.logistic import Array
from reference.outputs import report
from reference.pset7.logistic_mistakes import TRAINING_ONLY, misconceptions
from reference.pset7.training import Exercise, by_loops, exercise
from reference.pset7.training_story import the_ascent, the_code, weight_name
from reference.variants import Generated
from reference.worked import Document, bars, step

PREFIX = "ancestry"

_LATE = "It rises fast at first, and ever more slowly later."
_BIGGEST = r"""
The bias $\theta_0 = {{ bias }}$ belongs to no feature and is left out. Among $\theta_1$ to
$\theta_{{{ m }}}$ the biggest in size is $\theta_{{{ j }}} = {{ theta_j }}$, so its absolute value
$|\theta_{{{ j }}}| = {{ size }}$ is the answer to (a). A feature with a positive weight speaks for
label 1, one with a negative weight against it, and one with a weight near 0 says little beside the
others.
"""
_CLASSIFY = r"""
Label 1 is predicted where $\sigma(\theta^T \mathbf{x}) > 0.5$, that is where $\theta^T \mathbf{x} >
0$. Of the {{ n }} examples of the test set {{ right }} are classified rightly, so the accuracy is
{{ right }} / {{ n }} = {{ accuracy }}.
"""


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    return _reported(exercise(inputs, PREFIX))


def literal(inputs: Inputs) -> dict[str, float]:
    """The same values by the lecture's own loops."""
    return _reported(replace(exercise(inputs, PREFIX), fit=by_loops))


def generate(draw: Random) -> Generated:
    """Other people, of a population in which other markers speak for the label."""
    made = people(draw, another_population(draw))
    return Generated({name: made[name] for name in ("ancestry-train.csv", "ancestry-test.csv")})


def worked(inputs: Inputs) -> list[Document]:
    """The way to the values: the code, the ascent, the weights it ends at, and the test set."""
    given = exercise(inputs, PREFIX)
    theta = given.theta()
    n, accuracy = len(given.y_test), given.accuracy(theta)
    classify = step(
        "Classify the test set", _CLASSIFY, n=n, right=round(n * accuracy), accuracy=accuracy
    )
    return [the_code(), the_ascent(given, _LATE), _compared(theta), classify]


def _compared(theta: Array) -> Document:
    j = int(np.argmax(np.abs(theta[1:]))) + 1
    figure = bars(
        "Weights of the features",
        caption=f"{weight_name(j)} is the biggest in size. The bias is left out.",
        names="weight",
        y="value",
        values=[(weight_name(k), value) for k, value in enumerate(theta) if k > 0],
        marked=weight_name(j),
    )
    values = {"theta_j": float(theta[j]), "size": abs(float(theta[j])), "bias": float(theta[0])}
    return step("Compare the weights", _BIGGEST, figure, j=j, m=len(theta) - 1, **values)


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
