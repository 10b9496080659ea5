"""Problem 2, Logistic Regression: Ancestry.

Reported: (a) the biggest absolute value among the features' weights theta_1, theta_2, ..., without the bias
theta_0; (b) the fraction of ancestry-test that is classified correctly.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 2.
"""

import numpy as np

from reference.inputs import Inputs
from reference.numerics.logistic import accuracy, train, with_bias
from reference.outputs import report


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    features, y, features_test, y_test = inputs.train_and_test("ancestry")
    theta = train(with_bias(features), y, eta=inputs.real("eta"), steps=inputs.whole("steps"))
    return report(
        a=np.max(np.abs(theta[1:])),
        b=accuracy(theta, with_bias(features_test), y_test),
    )
