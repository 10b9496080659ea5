"""Problem 1, Logistic Regression: Code.

Reported: (a) theta_1, the weight associated with x_1, after training on simple-train.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 1.
"""

from decimal import Decimal
from functools import partial
from random import Random

from reference.datasets import csv
from reference.draws import one_of, shuffled, whole
from reference.inputs import LABEL, Inputs
from reference.misconceptions import Misconception
from reference.outputs import report
from reference.pset7.logistic_mistakes import misconceptions
from reference.pset7.training import Exercise, exercise
from reference.variants import Generated

PREFIX = "simple"
RATES = tuple(Decimal(text) for text in ("0.0001", "0.0002", "0.0005", "0.001"))
POINTS = tuple((x1, x2) for x1 in (0, 1) for x2 in (0, 1))


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
