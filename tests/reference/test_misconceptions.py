import math
import re
from collections import Counter
from dataclasses import FrozenInstanceError
from functools import cache
from importlib import import_module

import pandas as pd
import pytest

from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.outputs import report
from tests.reference.shipped import (
    problem_file,
    problem_folder,
    shipped_inputs,
    shipped_solutions,
)

TRAINING = {
    "no bias term": "no_bias",
    "mean instead of sum of the gradient": "mean_gradient",
    "theta updated after every example": "per_example_update",
    "999 or 1,001 steps": "one_step_less one_step_more",
    "100 or 10,000 steps": "tenth_of_the_steps ten_times_the_steps",
    "eta ten times too big or too small": "eta_too_big eta_too_small",
    "eta doubled": "eta_doubled",
    "descent instead of ascent": "descent",
    "sigmoid with the wrong sign": "sigmoid_sign",
    "no sigmoid": "no_sigmoid",
    "gradient not reset between steps": "gradient_not_reset",
    "Label kept as a feature": "label_kept",
    "first data row taken for a header": "first_row_lost",
    "features standardised": "standardised standardised_by_sample",
    "theta started at 1": "started_at_one",
    "trained on the test file, or on both": "trained_on_test trained_on_both",
    "reported the bias": "bias_reported",
    "or x_2": "x2_reported",
    "scikit-learn's default (penalised) fit": "library_default penalised_fit",
}
# What students really do, as the course's staff list it: each item has a misconception of its own.
MADE = {
    "pset7/logistic_regression": TRAINING,
    "pset7/ancestry": {
        **TRAINING,
        "the largest signed weight": "signed_maximum",
        "the signed value where the absolute one was asked": "signed_value",
    },
    "pset7/calibration": {
        "bucket [0.6, 0.8) or [0.4, 0.6) in place of nearest": "rounded_down rounded_up",
        "nearest 0.1": "nearest_tenth",
        "mean prediction instead of fraction of labels": "mean_prediction",
        "P(Y = 0)": "fraction_of_label_zero",
        "P(bucket | Y = 1)": "bucket_given_label",
        "joint probability": "joint_probability",
        "only the test or only the train rows": "only_test_rows only_training_rows",
        "largest gap (MCE) for ECE": "largest_gap",
        "unweighted mean over buckets": "unweighted_mean",
    },
    "pset7/decision_tree_entropy": {
        "nats": "nats",
        "log10": "decimal_logarithm",
        "Gini": "gini",
        "unweighted mean of the children": "unweighted_mean",
        "sum of the children": "sum_of_children",
        "weights swapped": "weights_swapped",
        "table transposed": "transposed",
        "only the p_1 term": "label_one_only",
        "entropy of the split itself": "split_itself",
        "gain for expected entropy and the other way round": "gain_and_expected_entropy",
        "a child's answer in the other child's box": "other_child",
    },
    "lecture_deep_learning/parameter_counts": {"bias weights counted": "bias_weights_counted"},
    "lecture_deep_learning/softmax": {"sigmoid-normalised for softmax": "sigmoid_normalised"},
    "lecture_deep_learning/precision_recall": {"precision for recall": "precision_for_recall"},
    "lecture_deep_learning/backpropagation": {
        "derivative of the sigmoid forgotten": "sigmoid_derivative_forgotten"
    },
    "lecture_deep_learning/dropout_and_softmax_loss": {
        "sigmoid-normalised for softmax": "sigmoid_normalised",
        "dropout left out": "dropout_ignored",
    },
}
EVERY = pytest.mark.parametrize("problem", sorted(MADE))


def misconceptions(problem: str) -> tuple[Misconception, ...]:
    found = import_module(f"reference.{problem.replace('/', '.')}").MISCONCEPTIONS
    assert isinstance(found, tuple)
    return found


@cache
def computed(problem: str) -> dict[str, dict[str, float]]:
    inputs = shipped_inputs(problem)
    return {each.tag: dict(each.values(inputs)) for each in misconceptions(problem)}


def anchors(problem: str) -> set[str]:
    """The headings of the statement, as the anchors that links would name."""
    statement = (problem_folder(problem) / "statement.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", statement, re.MULTILINE)
    return {re.sub(r"[^a-z0-9]+", "-", heading.lower()) for heading in headings}


def test_every_shipped_problem_is_looked_at_here() -> None:
    assert sorted(MADE) == sorted(shipped_solutions())


@pytest.mark.parametrize(
    ("problem", "mistake", "tag"),
    [
        (problem, mistake, tag)
        for problem, made in MADE.items()
        for mistake, tags in made.items()
        for tag in tags.split()
    ],
)
def test_each_mistake_that_students_really_make_is_computed(
    problem: str, mistake: str, tag: str
) -> None:
    assert computed(problem).get(tag), mistake


@EVERY
def test_tags_are_unique_short_and_in_snake_case(problem: str) -> None:
    tags = Counter(each.tag for each in misconceptions(problem))
    assert max(tags.values()) == 1
    assert [tag for tag in tags if not re.fullmatch(r"[a-z][a-z0-9_]{2,39}", tag)] == []


@EVERY
def test_a_message_is_a_plain_sentence_or_two_and_holds_no_number(problem: str) -> None:
    for each in misconceptions(problem):
        assert re.fullmatch(r"[A-Z][^\d$%=≈]{15,170}[.?]", each.message), each.tag
        assert len(re.findall(r"[.?](?: |$)", each.message)) <= 2, each.tag


@EVERY
def test_a_message_does_not_say_how_far_off_the_number_is(problem: str) -> None:
    telling = re.compile(r"\b(too (high|low|large)|close|nearly|almost|your (answer|number))\b")
    assert [each.tag for each in misconceptions(problem) if telling.search(each.message)] == []


@EVERY
def test_every_value_is_a_finite_number_for_a_part_of_the_problem(problem: str) -> None:
    parts = [part["id"] for part in problem_file(problem)["parts"]]
    for tag, values in computed(problem).items():
        assert values, tag
        assert set(values) <= set(parts), tag
        assert all(type(value) is float and math.isfinite(value) for value in values.values()), tag


@EVERY
def test_every_part_has_its_misconceptions(problem: str) -> None:
    parts = Counter(part for values in computed(problem).values() for part in values)
    assert {part["id"] for part in problem_file(problem)["parts"]} == set(parts)


@EVERY
def test_a_section_is_a_heading_of_the_statement(problem: str) -> None:
    named = {each.section for each in misconceptions(problem)} - {None}
    assert named <= anchors(problem)


@EVERY
def test_the_likelier_one_stands_before_the_less_likely_ones_that_it_names(problem: str) -> None:
    tags = [each.tag for each in misconceptions(problem)]
    for each in misconceptions(problem):
        assert set(each.rather_than) <= set(tags[tags.index(each.tag) + 1 :]), each.tag


@EVERY
def test_solving_first_or_again_changes_nothing(problem: str) -> None:
    inputs = shipped_inputs(problem)
    few = {"steps": 3} if "steps" in inputs.parameters else {}
    given = Inputs(inputs.data, {**inputs.parameters, **few})
    first = [dict(each.values(given)) for each in misconceptions(problem)]
    again = [dict(each.values(given)) for each in misconceptions(problem)]
    assert first == again


@pytest.mark.parametrize("eta", [0.5, 1e6])
@pytest.mark.parametrize("problem", ["logistic_regression", "ancestry"])
def test_no_learning_rate_leads_to_a_value_that_is_no_number(problem: str, eta: float) -> None:
    # Only without a sigmoid do the weights grow without bound; then there is nothing to report.
    inputs = shipped_inputs(problem, eta=eta, steps=20)
    values = {each.tag: dict(each.values(inputs)) for each in misconceptions(f"pset7/{problem}")}
    assert {tag for tag, found in values.items() if not found} <= {
        "no_sigmoid",
        "no_sigmoid_in_training",
    }
    for found in values.values():
        assert report(**found) == found


def test_a_single_example_leaves_out_what_needs_more_of_them() -> None:
    table = pd.DataFrame({"x1": [1], "x2": [0], "Label": [1]})
    inputs = Inputs({"ancestry-train": table, "ancestry-test": table}, {"eta": 0.1, "steps": 2})
    values = {each.tag: dict(each.values(inputs)) for each in misconceptions("pset7/ancestry")}
    assert {tag for tag, found in values.items() if not found} == {
        "first_row_lost",
        "standardised_by_sample",
        "library_default",
        "penalised_fit",
    }


def test_a_misconception_can_t_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        misconceptions("pset7/ancestry")[0].tag = "other"  # type: ignore[misc]
