"""What texts say about decimals and tolerance, and where that is not what is checked."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from grader.content.loading import load_catalog
from grader.content.stated_rules import (
    Stated,
    check_stated_rules,
    stated_decimals,
    stated_tolerances,
)
from tests.support.coursefiles import FILES, write_course

APART = FILES["set/sum/problem.toml"]
"""Part a is checked to 0.00001 at five decimals, part b to 0.001 at three."""
ALIKE = APART.replace("tolerance = 0.001\ndecimals = 3\n", "")
"""Both parts are checked to 0.00001 at five decimals."""
PROMPTED = "To three decimals, how much of"
STATEMENT = "set/sum/statement.md"


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("Give five decimals.", [5]),
        ("Give Five decimals, or 3 decimal places.", [5, 3]),
        ("a five-decimal number", [5]),
        ("two digits after the decimal point", [2]),
        ("four places\nafter the point", [4]),
        ("no decimals", [0]),
        ("the decimal value; decimals of all kinds", []),
        ("twenty-five things", []),
    ],
)
def test_the_decimals_that_a_text_asks_for_are_found(text: str, decimals: list[int]) -> None:
    assert [each.value for each in stated_decimals(text)] == decimals


@pytest.mark.parametrize(
    ("text", "tolerances"),
    [
        ("right if it lies within 0.00001 of the reference value", ["0.00001"]),
        ("An answer is right if it lies\nwithin 0.00001 of the reference value.", ["0.00001"]),
        ("correct within 1e-5.", ["0.00001"]),
        (r"within $\pm 10^{-3}$ of the reference value", ["0.001"]),
        ("within ±.5 of our reference", ["0.5"]),
        ("A tolerance of 0.01; the tolerance is 2.", ["0.01", "2"]),
        ("How likely is it that the mean lies within 0.1 of the expected value?", []),
        ("within 2 hours", []),
        ("That is right. It lies within 0.1.", []),
    ],
)
def test_the_tolerances_that_a_text_states_are_found(text: str, tolerances: list[str]) -> None:
    assert [each.value for each in stated_tolerances(text)] == list(map(Decimal, tolerances))


def test_each_is_found_on_its_line() -> None:
    text = "One.\n\nGive two decimals, within\n0.1 of the reference value."
    assert stated_decimals(text) == [Stated(Decimal(2), 3)]
    assert stated_tolerances(text) == [Stated(Decimal("0.1"), 4)]


def findings(folder: Path, changes: Mapping[str, str]) -> list[str]:
    catalog = load_catalog(write_course(folder, changes), folder / "instance")
    problem = catalog.course.problem("set/sum")
    assert problem is not None
    return [
        str(each).replace(f"{folder / 'problems'}/", "")
        for each in check_stated_rules(catalog, problem)
    ]


@pytest.mark.parametrize(
    ("problem", "statement"),
    [
        (ALIKE, "Say a number."),
        (ALIKE, "Give five decimals, right within 0.00001."),
        (APART, "Say two numbers."),
        (APART, "Give five decimals for (a), three decimals for (b)."),
        (APART, "(a) is right within 0.00001 and (b) is right within 0.001."),
        (APART.replace("How much of", PROMPTED), "Give five decimals."),
        (ALIKE, "After {{ steps }} steps give five decimals."),
    ],
)
def test_texts_that_say_the_same_or_nothing_are_fine(
    tmp_path: Path, problem: str, statement: str
) -> None:
    assert findings(tmp_path, {"set/sum/problem.toml": problem, STATEMENT: statement}) == []


@pytest.mark.parametrize(
    ("problem", "statement", "found"),
    [
        (ALIKE, "Say\nfour decimals.", f"{STATEMENT}, line 2: it states 4 as decimals, but"),
        (
            ALIKE,
            "It is right within 0.001.",
            f"{STATEMENT}, line 1: it states 0.001 as tolerance, but problem.toml says 0.00001.",
        ),
        (
            APART,
            "Give two decimals.",
            f"{STATEMENT}, line 1: it states 2 as decimals, but problem.toml says 3 and 5.",
        ),
        (
            APART,
            "Give five decimals.",
            f"{STATEMENT}, line 1: it passes over part b, which has 3 as decimals.",
        ),
        (
            ALIKE.replace("How much of", PROMPTED),
            "Say a number.",
            "set/sum/problem.toml, line 26: it states 3 as decimals, but problem.toml says 5.",
        ),
    ],
)
def test_a_text_that_says_something_else_is_named_with_its_line(
    tmp_path: Path, problem: str, statement: str, found: str
) -> None:
    (finding,) = findings(tmp_path, {"set/sum/problem.toml": problem, STATEMENT: statement})
    assert finding.startswith(found)
    assert "the page says it beside each box" in finding
