"""Problem 1, Logistic Regression: Code.

Reported: (a) theta_1, the weight associated with x_1, after training on simple-train.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 1.
"""

from functools import partial

from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.outputs import report
from reference.pset7.logistic_mistakes import misconceptions
from reference.pset7.training import Exercise, exercise

PREFIX = "simple"


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
