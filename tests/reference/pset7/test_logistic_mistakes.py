import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, pstdev, stdev

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.pset7 import ancestry, logistic_regression
from reference.pset7 import training_changes as changes
from reference.pset7.logistic_mistakes import MISTAKES, TRAINING_ONLY
from reference.pset7.training import exercise
from tests.reference.shipped import shipped_inputs

ETA, STEPS = 0.02, 30
SEED = 19

Row = tuple[list[float], int]


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def upside_down(z: float) -> float:
    return 1 / (1 + math.exp(z))


def identity(z: float) -> float:
    return z


@dataclass(frozen=True)
class Program:
    """A student's program, loop by loop as on the slide, with switches for what is done wrong in it.

    Rows are features and label; the bias is put before the features here.
    """

    train: Sequence[Row]
    test: Sequence[Row]
    eta: float = ETA
    steps: int = STEPS
    start: float = 0.0
    bias: float = 1.0
    sign: int = 1
    divided: bool = False
    at_once: bool = False
    resets: bool = True
    squash: Callable[[float], float] = logistic
    squash_test: Callable[[float], float] = logistic

    def theta(self) -> list[float]:
        m = len(self.train[0][0]) + 1
        theta, slope = [self.start] * m, [0.0] * m
        if not self.bias:
            theta[0] = 0.0
        for _ in range(self.steps):
            if self.resets:
                slope = [0.0] * m
            for features, y in self.train:
                x = [self.bias, *features]
                off = y - self.squash(sum(theta[j] * x[j] for j in range(m)))
                for j in range(m):
                    if self.at_once:
                        theta[j] += self.eta * x[j] * off
                    else:
                        slope[j] += x[j] * off
            for j in range(m):
                share = len(self.train) if self.divided else 1
                theta[j] += self.sign * self.eta * slope[j] / share
        return theta

    def accuracy(self, theta: list[float]) -> float:
        right = 0
        for features, y in self.test:
            z = sum(t * x for t, x in zip(theta, [self.bias, *features], strict=True))
            right += (self.squash_test(z) > 0.5) == y
        return right / len(self.test)

    def reports(self) -> dict[str, float]:
        theta = self.theta()
        return {"a": max(abs(weight) for weight in theta[1:]), "b": self.accuracy(theta)}


def people(n: int, seed: int) -> list[Row]:
    """Invented rows of three binary features; the label leans most on the last."""
    draw = np.random.default_rng(seed)
    rows: list[Row] = []
    for _ in range(n):
        x = [float(value) for value in draw.integers(0, 2, 3)]
        rows.append((x, int(draw.random() < logistic(2 * x[0] - x[1] - 4 * x[2] + 1))))
    return rows


RIGHT = Program(people(14, SEED), people(9, SEED + 1))


def inputs() -> Inputs:
    def table(rows: Sequence[Row]) -> pd.DataFrame:
        return pd.DataFrame([(*x, y) for x, y in rows], columns=["x1", "x2", "x3", "Label"])

    data = {"ancestry-train": table(RIGHT.train), "ancestry-test": table(RIGHT.test)}
    return Inputs(data, {"eta": ETA, "steps": STEPS})


def with_label(rows: Sequence[Row]) -> list[Row]:
    return [([*x, float(y)], y) for x, y in rows]


def standardised(deviation: Callable[[list[float]], float]) -> Program:
    columns = [[x[j] for x, _ in RIGHT.train] for j in range(3)]
    mean, scale = [fmean(column) for column in columns], [deviation(column) for column in columns]

    def moved(rows: Sequence[Row]) -> list[Row]:
        return [([(x[j] - mean[j]) / scale[j] for j in range(3)], y) for x, y in rows]

    return replace(RIGHT, train=moved(RIGHT.train), test=moved(RIGHT.test))


PROGRAMS = {
    "mean_gradient": replace(RIGHT, divided=True),
    "no_bias": replace(RIGHT, bias=0.0),
    "per_example_update": replace(RIGHT, at_once=True),
    "one_step_less": replace(RIGHT, steps=29),
    "one_step_more": replace(RIGHT, steps=31),
    "tenth_of_the_steps": replace(RIGHT, steps=3),
    "ten_times_the_steps": replace(RIGHT, steps=300),
    "eta_too_big": replace(RIGHT, eta=0.2),
    "eta_too_small": replace(RIGHT, eta=0.002),
    "eta_doubled": replace(RIGHT, eta=0.04),
    "descent": replace(RIGHT, sign=-1),
    "sigmoid_sign": replace(RIGHT, squash=upside_down, squash_test=upside_down),
    "no_sigmoid": replace(RIGHT, squash=identity, squash_test=identity),
    "gradient_not_reset": replace(RIGHT, resets=False),
    "label_kept": replace(RIGHT, train=with_label(RIGHT.train), test=with_label(RIGHT.test)),
    "first_row_lost": replace(RIGHT, train=RIGHT.train[1:], test=RIGHT.test[1:]),
    "standardised": standardised(pstdev),
    "standardised_by_sample": standardised(stdev),
    "started_at_one": replace(RIGHT, start=1.0),
    "trained_on_test": replace(RIGHT, train=RIGHT.test),
    "trained_on_both": replace(RIGHT, train=[*RIGHT.train, *RIGHT.test]),
    "sigmoid_sign_in_training": replace(RIGHT, squash=upside_down),
    "no_sigmoid_in_training": replace(RIGHT, squash=identity),
}


def named(tag: str, among: Sequence[Misconception] = ancestry.MISCONCEPTIONS) -> Misconception:
    (found,) = (each for each in among if each.tag == tag)
    return found


def test_each_mistake_has_a_program_that_makes_it_or_a_library_that_does() -> None:
    tags = [mistake.tag for mistake in (*MISTAKES, *TRAINING_ONLY)]
    assert sorted(tags) == sorted([*PROGRAMS, "library_default", "penalised_fit"])


@pytest.mark.parametrize("tag", PROGRAMS)
def test_a_mistake_gives_what_a_program_that_makes_it_reports(tag: str) -> None:
    values = dict(named(tag).values(inputs()))
    reported = PROGRAMS[tag].reports()
    if tag.endswith("_in_training"):
        # Trained in the same way as by those who make the mistake everywhere: no other weight comes out.
        assert list(values) == ["b"]
    assert values == pytest.approx({part: reported[part] for part in values}, abs=1e-11, rel=0)


@pytest.mark.parametrize(("ddof", "deviation"), [(0, pstdev), (1, stdev)])
def test_test_examples_are_standardised_as_the_training_examples_were(
    ddof: int, deviation: Callable[[list[float]], float]
) -> None:
    # Few people and three features: the accuracy alone would not always tell.
    changed = changes.standardised(ddof, exercise(inputs(), "ancestry"))
    assert changed is not None
    rows = [[1.0, *x] for x, _ in standardised(deviation).test]
    np.testing.assert_allclose(changed.X_test, rows, atol=1e-12)


def test_the_programs_differ_from_each_other_and_from_the_right_one() -> None:
    # Otherwise one mistake could pass for another above.
    weights = {tag: program.theta() for tag, program in PROGRAMS.items()} | {"right": RIGHT.theta()}
    same = [
        [one, other]
        for one, other in combinations(weights, 2)
        if weights[one] == pytest.approx(weights[other], abs=1e-4)
    ]
    assert same == [
        ["sigmoid_sign", "sigmoid_sign_in_training"],
        ["no_sigmoid", "no_sigmoid_in_training"],
    ]


@pytest.mark.parametrize(
    ("tag", "pick"),
    [
        ("signed_maximum", lambda theta: max(theta[1:])),
        ("signed_value", lambda theta: max(theta[1:], key=abs)),
        ("bias_reported", lambda theta: abs(theta[0])),
        ("signed_bias_reported", lambda theta: theta[0]),
        ("x2_reported", lambda theta: abs(theta[2])),
    ],
)
def test_a_weight_read_off_wrongly_is_that_of_a_right_program(
    tag: str, pick: Callable[[list[float]], float]
) -> None:
    theta = RIGHT.theta()
    assert theta[3] < 0 < theta[1] < abs(theta[3])
    values = named(tag).values(inputs())
    assert values == {"a": pytest.approx(pick(theta), abs=1e-11, rel=0)}


@pytest.mark.parametrize(
    ("tag", "options", "tolerance"),
    [
        ("library_default", {}, 1e-9),
        # Where its default stops short, the optimum is what it comes to if told to go on.
        ("penalised_fit", {"solver": "newton-cholesky", "tol": 1e-10}, 1e-8),
    ],
)
@pytest.mark.parametrize("problem", ["logistic_regression", "ancestry"])
def test_the_fits_of_libraries_are_those_of_scikit_learn(
    problem: str, tag: str, options: dict[str, object], tolerance: float
) -> None:
    given = shipped_inputs(problem)
    features, y, features_test, y_test = given.train_and_test(
        "simple" if problem == "logistic_regression" else "ancestry"
    )
    fit = LogisticRegression(**options).fit(features, y)
    weights, right = fit.coef_[0], fit.score(features_test, y_test)
    if problem == "logistic_regression":
        values, expected = named(tag, logistic_regression.MISCONCEPTIONS), {"a": weights[0]}
    else:
        values, expected = named(tag), {"a": max(abs(weights)), "b": right}
    assert values.values(given) == pytest.approx(expected, abs=tolerance, rel=0)


SIMPLE = Program(
    [([float(x1), float(x2)], x1) for x1 in (0, 1) for x2 in (0, 1)],
    [([float(x1), float(x2)], x1) for x1 in (0, 1) for x2 in (0, 1)],
    eta=0.0001,
    steps=1000,
)


@pytest.mark.parametrize(("tag", "j"), [("bias_reported", 0), ("x2_reported", 2)])
def test_the_other_weights_of_problem_1_are_the_bias_and_that_of_x2(tag: str, j: int) -> None:
    values = named(tag, logistic_regression.MISCONCEPTIONS).values(
        shipped_inputs("logistic_regression")
    )
    assert values == {"a": pytest.approx(SIMPLE.theta()[j], abs=1e-12, rel=0)}


@pytest.mark.parametrize(
    ("tag", "program"),
    [
        ("mean_gradient", replace(SIMPLE, divided=True)),
        ("per_example_update", replace(SIMPLE, at_once=True)),
        ("descent", replace(SIMPLE, sign=-1)),
        ("gradient_not_reset", replace(SIMPLE, resets=False)),
        ("one_step_more", replace(SIMPLE, steps=1001)),
    ],
)
def test_problem_1_reports_the_first_weight_of_the_same_programs(
    tag: str, program: Program
) -> None:
    values = named(tag, logistic_regression.MISCONCEPTIONS).values(
        shipped_inputs("logistic_regression")
    )
    assert values == {"a": pytest.approx(program.theta()[1], abs=1e-11, rel=0)}


def test_updating_after_each_example_is_known_to_land_within_the_tolerance_on_the_simple_data() -> (
    None
):
    given = shipped_inputs("logistic_regression")
    values = named("per_example_update", logistic_regression.MISCONCEPTIONS).values(given)
    assert 0 < abs(values["a"] - logistic_regression.solve(given)["a"]) < 0.00001


def test_a_rate_too_big_for_the_sum_itself_leaves_no_number_without_a_sigmoid() -> None:
    given = inputs()
    for tag in ("no_sigmoid", "no_sigmoid_in_training"):
        assert named(tag).values(Inputs(given.data, {"eta": 10.0, "steps": 3})) == {}
