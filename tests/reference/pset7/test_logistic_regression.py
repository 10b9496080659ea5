import math
from decimal import Decimal

import pytest

from reference.inputs import Inputs
from reference.pset7.logistic_regression import solve
from tests.reference.shipped import shipped_inputs


def lecture(eta: float, steps: int) -> list[float]:
    """The lecture's triple loop, over the four rows of y = x1."""
    rows = [([1, x1, x2], x1) for x1 in (0, 1) for x2 in (0, 1)]
    theta = [0.0, 0.0, 0.0]
    for _ in range(steps):
        slope = [0.0, 0.0, 0.0]
        for x, y in rows:
            for j in range(3):
                z = sum(theta[k] * x[k] for k in range(3))
                slope[j] += x[j] * (y - 1 / (1 + math.exp(-z)))
        for j in range(3):
            theta[j] += eta * slope[j]
    return theta


def test_part_a_is_the_weight_of_x1_after_this_terms_steps() -> None:
    assert solve(shipped_inputs("logistic_regression")) == {
        "a": pytest.approx(lecture(0.0001, 1000)[1], abs=1e-12, rel=0)
    }


@pytest.mark.parametrize(("eta", "steps"), [("0.0001", 999), ("0.0002", 1000), ("0.00625", 100)])
def test_the_learning_rate_and_the_steps_are_the_files(eta: str, steps: int) -> None:
    inputs = shipped_inputs("logistic_regression", eta=Decimal(eta), steps=steps)
    assert solve(inputs)["a"] == pytest.approx(lecture(float(eta), steps)[1], abs=1e-12, rel=0)


def test_a_model_that_was_never_trained_misses_half_of_the_test_rows() -> None:
    with pytest.raises(ValueError, match=r"must classify all of simple-test.* 50%$"):
        solve(shipped_inputs("logistic_regression", steps=0))


def test_a_model_that_misses_a_single_test_row_is_no_solution() -> None:
    inputs = shipped_inputs("logistic_regression")
    wrong = inputs.data["simple-test"].assign(Label=[0, 0, 1, 0])
    mixed = Inputs({**inputs.data, "simple-test": wrong}, inputs.parameters)
    with pytest.raises(ValueError, match=r"must classify all of simple-test.* 75%$"):
        solve(mixed)


def test_a_missing_test_set_is_named() -> None:
    inputs = shipped_inputs("logistic_regression")
    only_train = Inputs({"simple-train": inputs.data["simple-train"]}, inputs.parameters)
    with pytest.raises(ValueError, match="the table simple-test is missing"):
        solve(only_train)
