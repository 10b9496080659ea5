import math
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit, log_softmax  # type: ignore[import-untyped]
from scipy.stats import binom, entropy  # type: ignore[import-untyped]

from reference.inputs import Parameter
from reference.lecture_deep_learning.dropout_and_softmax_loss import MISCONCEPTIONS, solve
from tests.reference.shipped import problem_file, shipped_inputs

Array = npt.NDArray[np.float64]

MADE = {each.tag: each.values for each in MISCONCEPTIONS}
SHIPPED: dict[str, Any] = {
    key: np.array(value, dtype=np.float64) if isinstance(value, list) else float(value)
    for key, value in problem_file("dropout_and_softmax_loss")["parameters"].items()
}
P, Z, H, MASK = (SHIPPED[name] for name in ("prediction", "z", "h", "mask"))
THETA = [SHIPPED[f"theta_h{j}"] for j in (1, 2, 3, 4)]
TRUE = 1  # class 2 of the file.


def scores(h: Array) -> Array:
    """Class by class, the sum over the hidden neurons."""
    return np.array([sum(h[j] * THETA[j][k] for j in range(4)) for k in range(3)])


def loss(h: Array) -> float:
    return float(log_softmax(scores(h))[TRUE])


DROPPED = scores(H * MASK)
LOGS = {"a": np.log(P), "b": log_softmax(Z), "c": log_softmax(DROPPED)}


def test_the_numbers_are_scipys_and_the_masks_probability_is_worked_out_by_hand() -> None:
    values = solve(shipped_inputs("dropout_and_softmax_loss"))
    expected = {part: logs[TRUE] for part, logs in LOGS.items()}
    # One of four neurons is dropped, with probability 0.2.
    assert values == pytest.approx({**expected, "d": 0.2 * 0.8**3}, abs=1e-12, rel=0)
    assert values["a"] == pytest.approx(math.log(0.3), abs=1e-15)


def test_the_masks_probabilities_add_up_to_one() -> None:
    total = sum(
        solve(shipped_inputs("dropout_and_softmax_loss", mask=mask))["d"]
        for mask in product((0, 1), repeat=4)
    )
    assert total == pytest.approx(1.0, abs=1e-12)


def sigmoid_shares(z: Array) -> float:
    return math.log(expit(z)[TRUE] / sum(expit(z)))


EXPECTED = {
    "negative_log_likelihood": {part: -logs[TRUE] for part, logs in LOGS.items()},
    "probability": {part: math.exp(logs[TRUE]) for part, logs in LOGS.items()},
    "binary_logarithm": {part: np.log2(np.exp(logs[TRUE])) for part, logs in LOGS.items()},
    "decimal_logarithm": {part: np.log10(np.exp(logs[TRUE])) for part, logs in LOGS.items()},
    "class_counted_from_zero": {part: logs[2] for part, logs in LOGS.items()},
    "likeliest_class": {part: max(logs) for part, logs in LOGS.items()},
    "entropy_of_the_prediction": {part: entropy(np.exp(logs)) for part, logs in LOGS.items()},
    "score_itself": {"b": Z[TRUE], "c": DROPPED[TRUE]},
    "sigmoid_for_softmax": {"b": math.log(expit(Z[TRUE])), "c": math.log(expit(DROPPED[TRUE]))},
    "sigmoid_normalised": {"b": sigmoid_shares(Z), "c": sigmoid_shares(DROPPED)},
    "dropout_ignored": {"c": loss(H)},
    "mask_inverted": {"c": loss(np.array([0, H[1], 0, 0]))},
    "scaled_up": {"c": loss(np.array([H[0], 0, H[2], H[3]]) * 1.25)},
    "scaled_down": {"c": loss(H * 0.8)},
    "drop_for_keep": {"d": 0.8 * 0.2**3},
    "any_such_mask": {"d": binom.pmf(1, 4, 0.2)},
    "kept_neurons_forgotten": {"d": 0.2},
    "dropped_neurons_forgotten": {"d": 0.8**3},
}


def test_every_mistake_is_computed_here_too() -> None:
    assert sorted(MADE) == sorted(EXPECTED)


@pytest.mark.parametrize("tag", EXPECTED)
def test_a_mistake_gives_what_scipy_and_hand_make_of_it(tag: str) -> None:
    values = MADE[tag](shipped_inputs("dropout_and_softmax_loss"))
    assert values == pytest.approx(EXPECTED[tag], abs=1e-12, rel=0)


def test_the_last_class_has_no_neighbour_to_be_taken_for_it() -> None:
    given = shipped_inputs("dropout_and_softmax_loss", y=3)
    assert MADE["class_counted_from_zero"](given) == {}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"y": 0}, "y must be one of the classes"),
        ({"y": 4}, "y must be one of the classes"),
        ({"z": (1, 2)}, "of the same classes"),
        ({"theta_h1": (1, 2)}, "."),
        ({"mask": (1, 0, 1)}, "the mask must say 0 or 1 of each neuron"),
        ({"mask": (1, 0, 1, 2)}, "the mask must say 0 or 1 of each neuron"),
        ({"drop": 0}, "drop be a probability"),
        ({"prediction": (1, 0, 0)}, "must be positive and add up to 1"),
        ({"prediction": (0.5, 0.3, 0.3)}, "must be positive and add up to 1"),
    ],
)
def test_parameters_that_do_not_belong_together_are_refused(
    changed: dict[str, Parameter], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        solve(shipped_inputs("dropout_and_softmax_loss", **changed))
