"""The generators: what they give has the shape of the shipped instance, whatever the seed."""

from importlib import import_module
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.datasets import SHIPPED, another_population
from reference.inputs import Inputs, read_table
from reference.variants import Generated
from tests.reference.shipped import problem_file, shipped_files, shipped_inputs

GENERATED = ("logistic_regression", "ancestry", "calibration", "decision_tree_entropy")
SEEDS = st.integers(0, 2**128 - 1)


def solution(problem: str) -> Any:
    return import_module(f"reference.pset7.{problem}")


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a test has no secrets.


def generated(problem: str, seed: int) -> Generated:
    made: Generated = solution(problem).generate(seeded(seed))
    return made


def inputs(problem: str, made: Generated) -> Inputs:
    tables = {name.removesuffix(".csv"): read_table(file) for name, file in made.data.items()}
    return Inputs(tables, {**problem_file(problem).get("parameters", {}), **made.parameters})


def weights(counts: Any) -> Any:
    return counts / counts.sum()


@pytest.mark.parametrize("problem", GENERATED)
def test_a_seed_gives_the_same_instance_again_and_another_seed_another(problem: str) -> None:
    assert generated(problem, 7) == generated(problem, 7)
    assert generated(problem, 7) != generated(problem, 8)


@pytest.mark.parametrize("problem", GENERATED)
def test_problem_toml_names_the_generator(problem: str) -> None:
    assert hasattr(solution(problem), problem_file(problem)["generator"])


@pytest.mark.parametrize("problem", ["ancestry", "calibration"])
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_people_have_the_shape_of_the_shipped_ones(problem: str, seed: int) -> None:
    made = generated(problem, seed)
    assert list(made.data) == [file["name"] for file in problem_file(problem)["data"]]
    for name, content in made.data.items():
        table, shipped = read_table(content), read_table(shipped_files()[name])
        assert list(table.columns) == list(shipped.columns)
        assert table.shape == shipped.shape
        features = table.iloc[:, :21].to_numpy()
        assert set(np.unique(features)) == {0, 1}
        # Both labels occur often enough to be learnt from.
        assert 0.2 < table["Label"].mean() < 0.85


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_another_population_deals_out_the_same_weights_and_stays_as_balanced(seed: int) -> None:
    other = another_population(seeded(seed))
    assert sorted(other.log_odds) == sorted(SHIPPED.log_odds)
    assert sorted(other.frequencies) == sorted(SHIPPED.frequencies)
    assert other.mean_log_odds == pytest.approx(SHIPPED.mean_log_odds, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_the_bucket_asked_for_is_an_inner_one(seed: int) -> None:
    bucket = generated("calibration", seed).parameters["bucket"]
    assert str(bucket) in {"0.2", "0.4", "0.6", "0.8"}


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_a_small_table_has_each_combination_once_in_the_test_set_and_up_to_three_times_in_training(
    seed: int,
) -> None:
    made = generated("logistic_regression", seed)
    train, test = (read_table(made.data[f"simple-{part}.csv"]) for part in ("train", "test"))
    points = ["x1", "x2"]
    assert sorted(test.groupby(points).size()) == [1, 1, 1, 1]
    repeated = train.groupby(points).size()
    assert len(repeated) == 4
    assert repeated.between(1, 3).all()
    # One feature, or its opposite, is the label, and in both files the same one.
    for feature in points:
        agree = {bool(each) for table in (train, test) for each in table[feature] == table["Label"]}
        if len(agree) == 1:
            break
    else:
        pytest.fail("no feature decides the label")
    assert int(str(made.parameters["steps"])) in range(500, 3001, 100)
    assert str(made.parameters["eta"]) in {"0.0001", "0.0002", "0.0005", "0.001"}


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_a_split_has_two_to_sixty_patients_of_each_label_in_each_child(seed: int) -> None:
    counts = generated("decision_tree_entropy", seed).parameters
    assert set(counts) == {"left", "right"}
    split = np.array([counts["left"], counts["right"]])
    assert split.shape == (2, 2)
    assert split.min() >= 2
    assert split.max() <= 60


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_the_entropies_of_a_split_agree_with_the_definition(seed: int) -> None:
    made = generated("decision_tree_entropy", seed)
    solved = solution("decision_tree_entropy").solve(inputs("decision_tree_entropy", made))
    split = np.array([made.parameters["left"], made.parameters["right"]], dtype=float)

    def bits(counts: Any) -> float:
        return float(-(weights(counts) * np.log2(weights(counts))).sum())

    after = weights(split.sum(axis=1)) @ [bits(child) for child in split]
    before = bits(split.sum(axis=0))
    expected = [before, bits(split[0]), bits(split[1]), after, before - after]
    assert list(solved.values()) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_calibration_of_other_people_agrees_with_a_count_in_exact_decimals(seed: int) -> None:
    made = generated("calibration", seed)
    given_ = inputs("calibration", made)
    solved = solution("calibration").solve(given_)
    lines = made.data["ancestry-calibration.csv"].decode().splitlines()[1:]
    rows = [(float(cells[-1]), int(cells[-2])) for cells in (line.split(",") for line in lines)]
    # Half-way goes to the lower bucket: the smallest bucket whose upper bound is not below p.
    bounds = (0.1, 0.3, 0.5, 0.7, 0.9)
    buckets: dict[int, list[tuple[float, int]]] = {}
    for p, y in rows:
        buckets.setdefault(sum(p > bound for bound in bounds), []).append((p, y))
    asked = buckets[round(float(str(made.parameters["bucket"])) * 5)]
    error = sum(abs(sum(y for _, y in b) - sum(p for p, _ in b)) for b in buckets.values())
    assert solved["a"] == pytest.approx(sum(y for _, y in asked) / len(asked), abs=1e-12)
    assert solved["b"] == pytest.approx(error / len(rows), abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_the_weight_of_a_small_table_agrees_with_the_lectures_loop(seed: int) -> None:
    made = generated("logistic_regression", seed)
    given_ = inputs("logistic_regression", made)
    rows = [[1.0, *row[:2]] for row in given_.data["simple-train"].to_numpy().tolist()]
    labels = given_.data["simple-train"]["Label"].tolist()
    eta, steps = given_.real("eta"), given_.whole("steps")
    theta = [0.0, 0.0, 0.0]
    for _ in range(steps):
        slope = [0.0, 0.0, 0.0]
        for x, y in zip(rows, labels, strict=True):
            p = 1 / (1 + np.exp(-sum(t * each for t, each in zip(theta, x, strict=True))))
            slope = [s + each * (y - p) for s, each in zip(slope, x, strict=True)]
        theta = [t + eta * s for t, s in zip(theta, slope, strict=True)]
    try:
        solved = solution("logistic_regression").solve(given_)
    except ValueError as error:
        assert "must classify all" in str(error)  # noqa: PT017 - some tables need more steps.
    else:
        assert solved["a"] == pytest.approx(theta[1], abs=1e-10)


def test_the_shipped_instance_is_no_generated_one() -> None:
    counts = shipped_inputs("decision_tree_entropy").parameters
    assert all(generated("decision_tree_entropy", seed).parameters != counts for seed in range(200))
