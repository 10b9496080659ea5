from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.special import expit  # type: ignore[import-untyped]

from reference.inputs import Inputs
from reference.pset7.ancestry import solve
from tests.reference.shipped import shipped_inputs, shipped_lines

Array = npt.NDArray[np.float64]


def rows(name: str) -> tuple[Array, Array]:
    """The examples of a shipped file, each with its bias, and their labels."""
    values = np.array(shipped_lines(name), dtype=np.float64)
    return np.insert(values[:, :-1], 0, 1.0, axis=1), values[:, -1]


def trained(eta: float, steps: int) -> Array:
    """The lecture's algorithm, example by example; only the loop over j is left to numpy."""
    theta = np.zeros(21)
    examples, labels = rows("ancestry-train")
    for _ in range(steps):
        slope = np.zeros(21)
        for x, y in zip(examples, labels, strict=True):
            slope += x * (y - expit(theta @ x))
        theta += eta * slope
    return theta


def test_the_biggest_size_of_a_weight_and_the_accuracy_on_the_test_set() -> None:
    theta = trained(0.0001, 1000)
    examples, labels = rows("ancestry-test")
    right = sum((expit(theta @ x) > 0.5) == y for x, y in zip(examples, labels, strict=True))
    values = solve(shipped_inputs("ancestry"))
    assert list(values) == ["a", "b"]
    assert values["a"] == pytest.approx(max(abs(w) for w in theta[1:]), abs=1e-12, rel=0)
    assert values["a"] == pytest.approx(-min(theta), abs=1e-12, rel=0)
    assert values["b"] == right / 184


def test_the_learning_rate_and_the_steps_are_the_files() -> None:
    theta = trained(0.001, 20)
    values = solve(shipped_inputs("ancestry", eta=Decimal("0.001"), steps=20))
    assert values["a"] == pytest.approx(max(abs(w) for w in theta[1:]), abs=1e-12, rel=0)


def test_the_bias_is_no_features_weight() -> None:
    # The feature never occurs, so all that is learnt goes into the bias.
    table = pd.DataFrame({"x1": [0, 0], "Label": [1, 1]})
    inputs = Inputs({"ancestry-train": table, "ancestry-test": table}, {"eta": 0.1, "steps": 9})
    assert solve(inputs) == {"a": 0.0, "b": 1.0}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_weight_that_is_no_number_is_never_reported() -> None:
    with pytest.raises(ValueError, match="part a came out as nan"):
        solve(shipped_inputs("ancestry", eta=1e308, steps=9))


def test_files_that_do_not_belong_together_are_refused() -> None:
    inputs = shipped_inputs("ancestry")
    narrow = inputs.data["ancestry-test"].drop(columns="col3")
    mixed = Inputs({**inputs.data, "ancestry-test": narrow}, inputs.parameters)
    with pytest.raises(ValueError, match="ancestry-train has 20 features and ancestry-test 19"):
        solve(mixed)
