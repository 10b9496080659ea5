"""What worked solutions tell: their figures held to the data by other ways, their words to the values."""

import math
import re
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import calibration_curve  # type: ignore[import-untyped]
from sklearn.metrics import log_loss  # type: ignore[import-untyped]

from reference.numerics.entropy import entropy, expected_entropy
from reference.worked import Document, source, step
from tests.reference.shipped import shipped_inputs, shipped_lines, shipped_solutions

TRAINED = [("pset7/logistic_regression", "simple", 4), ("pset7/ancestry", "ancestry", 283)]


def module(problem: str) -> Any:
    return import_module(f"reference.{problem.replace('/', '.')}")


def told(problem: str) -> list[Document]:
    steps: list[Document] = module(problem).worked(shipped_inputs(problem))
    return steps


def figures(problem: str) -> list[Document]:
    return [figure for each in told(problem) for figure in each["figures"]]


def figure(problem: str, kind: str) -> Document:
    (found,) = (each for each in figures(problem) if each["kind"] == kind)
    return found


TELLING = [each for each in shipped_solutions() if hasattr(module(each), "worked")]


def test_the_problems_of_pset_7_are_told() -> None:
    assert {each for each in TELLING if each.startswith("pset7/")} == {
        each for each in shipped_solutions() if each.startswith("pset7/")
    }


@pytest.mark.parametrize("problem", TELLING)
def test_the_words_lead_to_every_value_that_is_asked_for(problem: str) -> None:
    steps = told(problem)
    text = "\n".join(each["text"] for each in steps)
    for part, value in module(problem).solve(shipped_inputs(problem)).items():
        assert f"{value:.5f}" in text or f"{value:.0f}" in text, part
    assert "{{ " not in text.replace("{{{", "")
    assert len({each["title"] for each in steps}) == len(steps)


@pytest.mark.parametrize(("problem", "prefix", "n"), TRAINED)
def test_the_log_likelihood_begins_at_n_log_one_half_and_rises_at_each_step(
    problem: str, prefix: str, n: int
) -> None:
    points = figure(problem, "line")["points"]
    assert [at for at, _ in points] == list(range(1001))
    assert len(shipped_lines(f"{prefix}-train")) == n
    assert points[0][1] == pytest.approx(n * math.log(0.5))
    assert all(after > before for (_, before), (_, after) in pairwise(points))


@pytest.mark.parametrize(("problem", "prefix"), [each[:2] for each in TRAINED])
def test_the_log_likelihood_ends_where_the_weights_do(problem: str, prefix: str) -> None:
    rows = np.array(shipped_lines(f"{prefix}-train"), dtype=float)
    examples, y = np.column_stack([np.ones(len(rows)), rows[:, :-1]]), rows[:, -1]
    weights = [value for _, value in figure(problem, "bars")["bars"]]
    if problem == "pset7/ancestry":  # The bias has no bar there, but is told.
        bias = re.search(r"theta_0 = (-?[\d.]+)", "".join(each["text"] for each in told(problem)))
        assert bias is not None
        weights.insert(0, float(bias[1]))
    p = 1 / (1 + np.exp(-examples @ weights))
    loss = log_loss(y, p, normalize=False)
    assert figure(problem, "line")["points"][-1][1] == pytest.approx(-loss, abs=1e-4)


def test_the_bars_of_the_weights_mark_the_one_that_is_asked_for() -> None:
    simple = figure("pset7/logistic_regression", "bars")
    assert [name for name, _ in simple["bars"]] == ["θ₀", "θ₁", "θ₂"]
    assert simple["marked"] == "θ₁"
    weights = dict(figure("pset7/ancestry", "bars")["bars"])
    assert [*weights][::19] == ["θ₁", "θ₂₀"]
    biggest = max(weights, key=lambda name: abs(weights[name]))
    assert figure("pset7/ancestry", "bars")["marked"] == biggest
    value = module("pset7/ancestry").solve(shipped_inputs("pset7/ancestry"))["a"]
    assert abs(weights[biggest]) == value


def test_the_reliability_diagram_agrees_with_an_independent_one() -> None:
    rows = np.array(shipped_lines("ancestry-calibration"), dtype=float)
    y, p = rows[:, -2], rows[:, -1]
    buckets = figure("pset7/calibration", "reliability")["buckets"]
    # Bins of one width around 0, 0.2, ..., 1: shifted by half a bucket they begin at a multiple of it.
    shifted = (p + 0.1) / 1.2
    fraction, mean = calibration_curve(y, shifted, n_bins=6)
    assert [bucket["fraction"] for bucket in buckets] == pytest.approx(list(fraction))
    assert [bucket["prediction"] for bucket in buckets] == pytest.approx(list(mean * 1.2 - 0.1))
    assert [bucket["count"] for bucket in buckets] == [*np.histogram(shifted, 6, (0, 1))[0]]
    assert sum(bucket["count"] for bucket in buckets) == len(rows)


def test_an_empty_bucket_has_neither_mean_nor_fraction() -> None:
    inputs = shipped_inputs("pset7/calibration")
    table = inputs.data["ancestry-calibration"]
    name = "ancestry-calibration"
    few = type(inputs)({name: table[table["LogRegPr"] > 0.5]}, inputs.parameters)
    steps = module("pset7/calibration").worked(few)
    first, *_, last = steps[0]["figures"][0]["buckets"]
    assert first == {"value": 0.0, "count": 0, "prediction": None, "fraction": None}
    assert last["count"] > 0


def test_the_entropy_of_the_split_adds_up() -> None:
    bars = dict(figure("pset7/decision_tree_entropy", "bars")["bars"])
    children = np.array([[35.0, 17.0], [5.0, 23.0]])
    assert bars == pytest.approx(
        {
            "root": 1.0,
            "left child": entropy(children[0]),
            "right child": entropy(children[1]),
            "expected": expected_entropy(children),
            "gain": 1.0 - expected_entropy(children),
        }
    )


def test_a_text_names_values_and_floats_have_five_decimals() -> None:
    made = step("T", " {{ n }} of $x_{{{ j }}}$ make {{ p }} ", n=1_000, j=7, p=1 / 3)
    assert made == {"title": "T", "text": "1000 of $x_{7}$ make 0.33333", "figures": []}


def test_a_text_that_names_an_unknown_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="lost"):
        step("T", "{{ lost }}", found=1)


def with_a_docstring(a: int) -> int:
    """Told elsewhere.

    At length.
    """
    return a + 1


def without(a: int) -> int:
    return a - 1


def test_code_is_shown_as_it_runs_without_its_docstrings() -> None:
    assert source(with_a_docstring, without) == (
        "```python\n"
        "def with_a_docstring(a: int) -> int:\n    return a + 1\n\n"
        "def without(a: int) -> int:\n    return a - 1\n"
        "```"
    )
