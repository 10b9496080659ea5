import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.special  # type: ignore[import-untyped]

from reference.lecture_deep_learning.softmax import MISCONCEPTIONS, solve
from tests.reference.shipped import problem_file, shipped_inputs

LISTS = {"a": [1, 2, 3], "b": [5, 2, 8], "c": [2, 8, 5, 6], "d": [7, 7, 7, 7]}
PAIR = [3, 1]

List = list[float]
MADE = {each.tag: each.values for each in MISCONCEPTIONS}


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def shares(weights: List) -> List:
    return [weight / sum(weights) for weight in weights]


def test_the_scores_are_the_lectures() -> None:
    assert problem_file("softmax")["parameters"] == {**LISTS, "e": PAIR}


def test_every_component_is_scipys_and_two_classes_are_a_sigmoid() -> None:
    values = solve(shipped_inputs("softmax"))
    components = {
        f"{name}{i}": p
        for name, z in LISTS.items()
        for i, p in enumerate(scipy.special.softmax(z), start=1)
    }
    assert values == pytest.approx({**components, "e1": logistic(2), "e2": 2}, abs=1e-12, rel=0)


def test_the_first_list_gives_what_the_lecture_shows() -> None:
    values = solve(shipped_inputs("softmax"))
    assert [f"{values[f'a{i}']:.5f}" for i in (1, 2, 3)] == ["0.09003", "0.24473", "0.66524"]


@pytest.mark.parametrize(
    ("tag", "transform"),
    [
        ("sigmoid_of_each", lambda z: [logistic(score) for score in z]),
        ("not_normalised", lambda z: [math.exp(score) for score in z]),
        ("shifted_not_normalised", lambda z: [math.exp(score - max(z)) for score in z]),
        ("log_softmax", lambda z: list(scipy.special.log_softmax(z))),
    ],
)
def test_a_mistake_that_changes_every_list(tag: str, transform: Callable[[List], List]) -> None:
    expected = {
        f"{name}{i}": value
        for name, z in LISTS.items()
        for i, value in enumerate(transform([float(score) for score in z]), start=1)
    }
    expected["e1"] = transform([float(score) for score in PAIR])[0]
    assert MADE[tag](shipped_inputs("softmax")) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("tag", "weigh"),
    [
        ("sigmoid_normalised", lambda z: [logistic(score) for score in z]),
        ("proportional", lambda z: z),
        ("base_two", lambda z: [2**score for score in z]),
        ("sign_of_the_scores", lambda z: [math.exp(-score) for score in z]),
        ("hard_maximum", lambda z: [float(score == max(z)) for score in z]),
    ],
)
def test_a_mistake_that_does_not_show_where_all_scores_are_equal(
    tag: str, weigh: Callable[[List], List]
) -> None:
    assert shares(weigh([7.0, 7.0, 7.0, 7.0])) == [0.25] * 4
    expected = {
        f"{name}{i}": value
        for name in "abc"
        for i, value in enumerate(shares(weigh([float(z) for z in LISTS[name]])), start=1)
    }
    expected["e1"] = shares(weigh([3.0, 1.0]))[0]
    assert MADE[tag](shipped_inputs("softmax")) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("difference_reversed", {"e2": -2}),
        ("sum_of_scores", {"e1": logistic(4), "e2": 4}),
        ("other_score_forgotten", {"e2": 3}),
    ],
)
def test_a_mistake_with_two_classes(tag: str, values: dict[str, float]) -> None:
    assert MADE[tag](shipped_inputs("softmax")) == pytest.approx(values, abs=1e-12)


def test_scores_that_make_no_number_are_left_out() -> None:
    balanced = shipped_inputs("softmax", a=(1, -1, 0))
    assert MADE["proportional"](balanced) == {}
    assert MADE["sigmoid_normalised"](balanced)
    huge = shipped_inputs("softmax", b=(5, 2, 800))
    assert MADE["not_normalised"](huge) == {}
    assert np.isfinite(list(MADE["base_two"](huge).values())).all()


def test_two_classes_are_two() -> None:
    with pytest.raises(ValueError, match="a list of two scores"):
        solve(shipped_inputs("softmax", e=(3, 1, 2)))
