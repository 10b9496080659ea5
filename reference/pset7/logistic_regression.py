"""Problem 1, Logistic Regression: Code.

Reported: (a) theta_1, the weight associated with x_1, after training on simple-train.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 1.
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from random import Random

from reference.datasets import csv
from reference.draws import one_of, shuffled, whole
from reference.inputs import LABEL, Inputs
from reference.misconceptions import Misconception
from reference.outputs import report
from reference.pset7.logistic_mistakes import misconceptions
from reference.pset7.training import Exercise, by_loops, exercise
from reference.pset7.training_story import the_ascent, the_code, weight_name
from reference.variants import Generated
from reference.worked import Document, bars, step

PREFIX = "simple"
RATES = tuple(Decimal(text) for text in ("0.0001", "0.0002", "0.0005", "0.001"))
POINTS = tuple((x1, x2) for x1 in (0, 1) for x2 in (0, 1))

_EARLY = "The steps are few and small, so the ascent is far from its end: more of them would go on rising."
_READ_OFF = r"""
The bias stands first in $\theta$, so the weight associated with $x_1$ is the second entry,
$\theta_1 = {{ theta_1 }}$. The label of every example equals $x_1$, so this weight grows most, and
the model classifies all of the test set rightly.
"""


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    given = exercise(inputs, PREFIX)
    right = given.accuracy(given.theta())
    if right < 1.0:
        raise ValueError(
            f"the model must classify all of simple-test, and it classifies {right:.0%}"
        )
    return _weight(given)


def literal(inputs: Inputs) -> dict[str, float]:
    """The same values by the lecture's own loops."""
    return _weight(replace(exercise(inputs, PREFIX), fit=by_loops))


def generate(draw: Random) -> Generated:
    """Another small table, in which one feature or its opposite is the label, and another training.

    Each combination of the features occurs one to three times in the training set, so that training on the
    test set, which has each once, gives other weights.
    """
    feature, flipped = whole(draw, 0, 1), whole(draw, 0, 1)
    repeated = [point for point in POINTS for _time in range(whole(draw, 1, 3))]

    def table(points: list[tuple[int, int]]) -> bytes:
        rows = [(*point, point[feature] ^ flipped) for point in shuffled(draw, points)]
        return csv(("x1", "x2", LABEL), rows)

    return Generated(
        {"simple-train.csv": table(repeated), "simple-test.csv": table(list(POINTS))},
        {"eta": one_of(draw, RATES), "steps": 100 * whole(draw, 5, 30)},
    )


def worked(inputs: Inputs) -> list[Document]:
    """The way to the value: the code, the ascent, and the weights it ends at."""
    given = exercise(inputs, PREFIX)
    theta = given.theta()
    figure = bars(
        "Weights after training",
        caption="θ₁ is the weight that is asked for; θ₀ belongs to the bias.",
        names="weight",
        y="value",
        values=[(weight_name(j), value) for j, value in enumerate(theta)],
        marked=weight_name(1),
    )
    return [
        the_code(),
        the_ascent(given, _EARLY),
        step("Read off the weight", _READ_OFF, figure, theta_1=float(theta[1])),
    ]


def _weight(given: Exercise, j: int = 1) -> dict[str, float]:
    """What one reports who reads off theta_j."""
    return report(a=given.theta()[j])


def _reads_off(j: int, inputs: Inputs) -> dict[str, float]:
    return _weight(exercise(inputs, PREFIX), j)


MISCONCEPTIONS = (
    Misconception(
        "bias_reported",
        "This is the weight of the bias, which stands first among your weights.",
        partial(_reads_off, 0),
        "what-to-report",
    ),
    Misconception(
        "x2_reported",
        "This is the weight of the other feature. If your list of weights begins with the bias, "
        "look again at where each feature's weight stands in it.",
        partial(_reads_off, 2),
        "what-to-report",
    ),
    *misconceptions(PREFIX, _weight),
)
