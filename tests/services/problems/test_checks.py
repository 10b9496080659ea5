"""The table of checks as a whole; tests/cli/test_problem_testing.py breaks a problem in each way."""

from pathlib import Path

import pytest

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.domain.problem import Problem
from grader.services.problems.checks import OF_FILES, OF_KEYS, SOLUTION, Result, check_everything
from tests.support.coursefiles import write_course

CHECKS = [*OF_FILES, SOLUTION[0], *OF_KEYS]


def results(catalog: Catalog, slug: str) -> dict[str, Result]:
    problem: Problem | None = catalog.course.problem(slug)
    assert problem is not None
    return {result.check: result for result in check_everything(catalog, problem)}


def test_a_shipped_problem_passes_every_check_in_the_order_of_the_table(tmp_path: Path) -> None:
    catalog = load_catalog(PROJECT / "problems", tmp_path)
    found = results(catalog, "pset7/calibration")
    assert list(found) == CHECKS
    assert {result.state for result in found.values()} == {"passed"}
    assert found["misconceptions"].says == "no mistake passes as correct"


def test_a_mistake_that_gives_just_the_answer_is_named_though_nobody_is_told_of_it(
    tmp_path: Path,
) -> None:
    catalog = load_catalog(PROJECT / "problems", tmp_path)
    found = results(catalog, "pset7/logistic_regression")["misconceptions"]
    assert (found.state, found.ran) == ("passed", True)
    assert found.says.startswith("no mistake passes as correct; too close to it to be told of: ")
    assert "trained_on_test at pset7/logistic_regression/a" in found.says


def test_without_a_solution_the_checks_of_the_files_are_run_and_the_others_are_not(
    tmp_path: Path,
) -> None:
    catalog = load_catalog(write_course(tmp_path, {"set/last/statement.md": "$\\no$"}), tmp_path)
    found = results(catalog, "set/last")
    assert list(found) == CHECKS
    assert found["texts"].state == "failed"
    assert found["rule"].state == "passed"
    assert {found[name].state for name in OF_KEYS} == {"not run"}
    (finding,) = found["solution"].findings
    assert finding.where == "reference/set/last.py"
    assert finding.what.startswith("can't be imported (No module named")


def test_a_missing_data_file_fails_its_check_and_the_solution_s(tmp_path: Path) -> None:
    catalog = load_catalog(write_course(tmp_path, {"set/sum/data/sum-train.csv": None}), tmp_path)
    found = results(catalog, "set/sum")
    assert [name for name in CHECKS if found[name].state == "failed"] == ["data", "solution"]
    (finding,) = found["solution"].findings
    assert "sum-train.csv: this data file is missing" in finding.what


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Result("a", "b"), "passed"),
        (Result("a", "b", ran=False), "not run"),
    ],
)
def test_a_result_says_what_came_of_it(result: Result, state: str) -> None:
    assert result.state == state
