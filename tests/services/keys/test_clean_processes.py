"""What a clean process finds, and what is told when it finds something else."""

import io
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.domain.errors import SolutionError
from grader.domain.grading import AnswerKey, PartKey, same_key
from grader.domain.misconceptions import Hint, Misconception
from grader.domain.problem import Problem
from grader.services.keys.clean_draft import KEY as KEYS
from grader.services.keys.clean_draft import main
from grader.services.keys.clean_processes import SETTINGS, differences, instabilities
from grader.services.keys.drafting import Draft, draft_key
from grader.services.problems.checks import check_clean_processes
from tests.support.authoring import authoring

ENTROPY = "pset7/decision_tree_entropy"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return load_catalog(PROJECT / "problems", tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="module")
def problem(catalog: Catalog) -> Problem:
    found = catalog.course.problem(ENTROPY)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def key(catalog: Catalog, problem: Problem) -> AnswerKey:
    return draft_key(catalog, problem).key


def test_the_settings_differ_in_all_that_they_set() -> None:
    one, other = SETTINGS
    assert one.keys() == other.keys() >= {"PYTHONHASHSEED", "OPENBLAS_NUM_THREADS"}
    assert all(one[name] != other[name] for name in one)


def test_a_shipped_problem_comes_out_the_same(
    catalog: Catalog, problem: Problem, key: AnswerKey
) -> None:
    assert list(instabilities(catalog, problem, key)) == []


def test_a_key_that_clean_processes_do_not_find_is_told_once_for_each(
    catalog: Catalog, problem: Problem, key: AnswerKey
) -> None:
    part = f"{ENTROPY}/b"
    moved = replace(key.parts[part], expected=key.parts[part].expected + 1)
    other = replace(key, parts={**key.parts, part: moved})
    found = list(check_clean_processes(catalog, problem, Draft(other, {}, {})))
    assert [finding.where for finding in found] == [part] * len(SETTINGS)
    assert "in a clean process as 0.91175" in found[0].what
    assert found[0].advice.startswith("Take out what varies: the order of a set")


def test_a_solution_that_a_clean_process_can_not_run_is_told_with_the_reason(
    tmp_path: Path, catalog: Catalog, key: AnswerKey
) -> None:
    with authoring(tmp_path) as write:
        # Only this process knows the folder where it lies, nor is it in the course.
        found = list(instabilities(catalog, write("own", ""), key))
    assert found == [
        (
            "reference/demo/own.py",
            "it fails in a clean process: grader.domain.errors.SolutionError: demo/own is gone",
        )
    ] * len(SETTINGS)


def test_a_process_that_dies_without_a_word_is_told_by_its_exit_code(
    catalog: Catalog, problem: Problem, key: AnswerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    found = list(instabilities(catalog, problem, key))
    assert {what for _, what in found} == {"it fails in a clean process: exit code 1"}


def test_what_it_prints_is_the_key_alone_whatever_a_solution_prints(
    catalog: Catalog, key: AnswerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", printed)
    main([str(catalog.problems_dir), str(catalog.instance_dir), ENTROPY])
    assert same_key(KEYS.validate_json(printed.getvalue(), strict=True), key)


def test_a_problem_that_is_gone_is_refused(catalog: Catalog) -> None:
    with pytest.raises(SolutionError, match="pset7/nothing is gone"):
        main([str(catalog.problems_dir), str(catalog.instance_dir), "pset7/nothing"])


PART = PartKey(
    Decimal("0.5"), Decimal("0.00001"), misconceptions=(Misconception("nats", Decimal(2)),)
)
KEY = AnswerKey("p", {"p/a": PART}, {}, {}, {"nats": Hint("You took the natural logarithm.")})
INSIDE, EDGE, OUTSIDE = "0.500000009", "0.50000001", "0.500000011"
"""Within a thousandth of the tolerance of one half, just there, and beyond."""


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"expected": Decimal(INSIDE)}, []),
        ({"expected": Decimal(EDGE)}, []),
        (
            {"expected": Decimal(OUTSIDE)},
            [
                "the expected value came out as 0.5, and in a clean process as 0.500000011",
            ],
        ),
        (
            {"misconceptions": (Misconception("nats", Decimal(3)),)},
            ["the misconception nats came out as 2, and in a clean process as 3"],
        ),
        (
            {"misconceptions": ()},
            ["which misconceptions there are differs from process to process"],
        ),
    ],
)
def test_what_differs_is_named_beyond_a_thousandth_of_the_tolerance(
    changed: Mapping[str, object], found: list[str]
) -> None:
    again = replace(KEY, parts={"p/a": replace(PART, **changed)})  # type: ignore[arg-type]
    assert [what for _, what in differences(KEY, again)] == found
