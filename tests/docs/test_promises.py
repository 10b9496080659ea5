"""The page of promises names all figures, and tests that are there."""

import re

import pytest

from grader.config import PROJECT

PAGE = (PROJECT / "docs/operators/promises.md").read_text(encoding="utf-8")
FIGURES = ["T1", "T1b", *(f"T{number}" for number in range(2, 26))]
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| T")]


def test_each_figure_has_its_line_in_order() -> None:
    assert [row[0].removeprefix("| ") for row in ROWS] == FIGURES


@pytest.mark.parametrize("row", ROWS, ids=FIGURES)
def test_each_line_names_tests_that_are_there(row: list[str]) -> None:
    named = re.findall(r"`(tests/[^`]+\.py)`", row[2])
    assert named
    assert [name for name in named if not (PROJECT / name).is_file()] == []


def test_each_test_of_faults_and_of_security_is_named() -> None:
    there = {
        f"{path.relative_to(PROJECT)}"
        for folder in ("faults", "security")
        for path in (PROJECT / "tests" / folder).glob("test_*.py")
    }
    assert there - set(re.findall(r"`(tests/[^`]+\.py)`", PAGE)) == set()
