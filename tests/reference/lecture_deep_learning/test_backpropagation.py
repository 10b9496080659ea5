import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from reference.lecture_deep_learning.backpropagation import MISCONCEPTIONS, solve
from tests.reference.shipped import problem_file, shipped_inputs

MADE = {each.tag: each.values for each in MISCONCEPTIONS}
SHIPPED: dict[str, Any] = {
    key: [float(number) for number in value] if isinstance(value, list) else value
    for key, value in problem_file("backpropagation")["parameters"].items()
}
X, Y, THETA_Y = SHIPPED["x"], SHIPPED["y"], SHIPPED["theta_y"]
THETA_H = [SHIPPED["theta_x1"], SHIPPED["theta_x2"]]

Matrix = list[list[float]]


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def identity(z: float) -> float:
    return z


@dataclass
class Paper:
    """The network worked out with pencil and paper; the derivatives by nudging each weight.

    Nothing here knows the chain rule.
    """

    theta_h: Matrix
    theta_y: list[float]
    squash_h: Callable[[float], float] = sigma
    squash_y: Callable[[float], float] = sigma

    def h(self) -> list[float]:
        return [self.squash_h(sum(X[i] * self.theta_h[i][j] for i in (0, 1))) for j in (0, 1)]

    def y_hat(self) -> float:
        h = self.h()
        return self.squash_y(h[0] * self.theta_y[0] + h[1] * self.theta_y[1])

    def likelihood(self) -> float:
        return math.log(self.y_hat() if Y else 1 - self.y_hat())

    def slope(self, weights: list[float], k: int) -> float:
        step, value, found = 1e-5, weights[k], []
        for moved in (value + step, value - step):
            weights[k] = moved
            found.append(self.likelihood())
        weights[k] = value
        return (found[0] - found[1]) / (2 * step)

    def parts(self) -> dict[str, float]:
        by_y = {f"c{j + 1}": self.slope(self.theta_y, j) for j in (0, 1)}
        by_h = {f"d{i + 1}{j + 1}": self.slope(self.theta_h[i], j) for i in (0, 1) for j in (0, 1)}
        return {"a": self.y_hat(), "b": self.likelihood(), **by_y, **by_h}


def paper(**changed: Callable[[float], float]) -> Paper:
    return Paper([list(row) for row in THETA_H], list(THETA_Y), **changed)


RIGHT = paper().parts()
H, Y_HAT = paper().h(), RIGHT["a"]
ERROR = Y - Y_HAT
CELLS = [(i, j) for i in (0, 1) for j in (0, 1)]


def by_h(value: Callable[[int, int], float]) -> dict[str, float]:
    return {f"d{i + 1}{j + 1}": value(i, j) for i, j in CELLS}


def slopes(factor: float) -> dict[str, float]:
    return {part: factor * value for part, value in RIGHT.items() if part[0] in "cd"}


def test_the_numbers_are_those_of_a_network_on_paper_and_of_finite_differences() -> None:
    values = solve(shipped_inputs("backpropagation"))
    assert list(values) == ["a", "b", "c1", "c2", "d11", "d12", "d21", "d22"]
    assert values == pytest.approx(RIGHT, abs=1e-9, rel=0)
    assert values["b"] == pytest.approx(math.log(Y_HAT), abs=1e-12)


def test_the_other_label_and_other_weights_are_the_files() -> None:
    values = solve(shipped_inputs("backpropagation", y=0, theta_y=(Decimal("0.1"), 0)))
    assert values["b"] == pytest.approx(math.log(1 - values["a"]), abs=1e-12)
    assert values["a"] == pytest.approx(sigma(0.1 * H[0]), abs=1e-12)


def wrong_derivatives() -> dict[str, dict[str, float]]:
    twice = [sigma(h) * (1 - sigma(h)) for h in H]
    return {
        "sigmoid_derivative_forgotten": by_h(lambda i, j: ERROR * THETA_Y[j] * X[i]),
        "sign_of_the_error": slopes(-1),
        "output_weight_forgotten": by_h(lambda i, j: RIGHT[f"d{i + 1}{j + 1}"] / THETA_Y[j]),
        "input_forgotten": by_h(lambda i, j: RIGHT[f"d{i + 1}{j + 1}"] / X[i]),
        "sigmoid_taken_twice": by_h(lambda i, j: ERROR * THETA_Y[j] * twice[j] * X[i]),
        "input_for_hidden": {"c1": ERROR * X[0], "c2": ERROR * X[1]},
        "squared_error": slopes(Y_HAT * (1 - Y_HAT)),
        "output_derivative_forgotten": slopes(1 / (Y_HAT * (1 - Y_HAT))),
        "indices_swapped": {"d12": RIGHT["d21"], "d21": RIGHT["d12"]},
    }


def wrong_forward_passes() -> dict[str, dict[str, float]]:
    straight = paper(squash_y=identity)
    off, h = Y - straight.y_hat(), straight.h()
    return {
        "negative_log_likelihood": {"b": -RIGHT["b"]},
        "other_label": {"b": math.log(1 - Y_HAT)},
        "binary_logarithm": {"b": math.log2(Y_HAT)},
        "decimal_logarithm": {"b": math.log10(Y_HAT)},
        "hidden_not_squashed": paper(squash_h=identity).parts(),
        # The derivatives are still those of a sigmoid at the output.
        "output_not_squashed": {
            "a": straight.y_hat(),
            "b": straight.likelihood(),
            "c1": off * h[0],
            "c2": off * h[1],
            **by_h(lambda i, j: off * THETA_Y[j] * h[j] * (1 - h[j]) * X[i]),
        },
        "weights_transposed": Paper(
            [list(column) for column in zip(*THETA_H, strict=True)], list(THETA_Y)
        ).parts(),
    }


EXPECTED = wrong_derivatives() | wrong_forward_passes()


def test_every_mistake_is_made_on_paper_too() -> None:
    assert sorted(MADE) == sorted(EXPECTED)


@pytest.mark.parametrize("tag", EXPECTED)
def test_a_mistake_gives_what_it_gives_on_paper(tag: str) -> None:
    values = MADE[tag](shipped_inputs("backpropagation"))
    assert values == pytest.approx(EXPECTED[tag], abs=1e-8, rel=0)


def test_with_three_inputs_nothing_can_be_transposed() -> None:
    given = shipped_inputs("backpropagation", x=(2, -1, 1), theta_x3=(1, 1))
    assert solve(given)["d32"]
    for tag in ("weights_transposed", "indices_swapped", "input_for_hidden"):
        assert MADE[tag](given) == {}


def test_a_weighted_sum_that_is_no_probability_has_no_likelihood() -> None:
    given = shipped_inputs("backpropagation", theta_y=(3, 2))
    assert {"a", "c1", "d11"} <= set(MADE["output_not_squashed"](given))
    assert "b" not in MADE["output_not_squashed"](given)


@pytest.mark.parametrize("changed", [{"y": 2}, {"theta_x2": (1,)}, {"theta_y": (1, 2, 3)}])
def test_weights_and_labels_that_do_not_fit_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="y must be 0 or 1, and each input needs one weight"):
        solve(shipped_inputs("backpropagation", **changed))  # type: ignore[arg-type]
