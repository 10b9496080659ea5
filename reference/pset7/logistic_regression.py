"""Problem 1, Logistic Regression: Code.

Reported: (a) theta_1, the weight associated with x_1, after training on simple-train.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 1.
"""

from reference.inputs import Inputs
from reference.numerics.logistic import accuracy, train, with_bias
from reference.outputs import report


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used, or the trained model does not classify all of simple-test.
    """
    features, y, features_test, y_test = inputs.train_and_test("simple")
    theta = train(with_bias(features), y, eta=inputs.real("eta"), steps=inputs.whole("steps"))
    right = accuracy(theta, with_bias(features_test), y_test)
    if right < 1.0:
        raise ValueError(
            f"the model must classify all of simple-test, and it classifies {right:.0%}"
        )
    return report(a=theta[1])
