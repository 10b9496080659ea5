"""What a strict load leaves open: formulas that can't be set, data that can't be read."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.content.checking import check_problem
from grader.content.loading import load_catalog
from tests.support.coursefiles import FILES, write_course

SUM = FILES["set/sum/problem.toml"]


def findings(folder: Path, changes: Mapping[str, str | bytes | None]) -> list[str]:
    catalog = load_catalog(write_course(folder, changes), folder / "instance")
    return [
        str(finding).replace(f"{folder / 'problems'}/", "")
        for problem in catalog.course.problems
        for finding in check_problem(catalog, problem)
    ]


def test_a_course_in_order_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("$\\frac{1}$", 1),
        ("Fine $x$.\n\nThen $\\nonsense$.\n", 3),
        ("Take {{ steps }}.\n\nThen ${{ steps }} \\nonsense$.\n", 3),
        ("Fine.\n\n$$\nx + \\nonsense\n$$\n", 4),
    ],
)
def test_a_formula_that_can_not_be_set_is_named_with_its_line(
    tmp_path: Path, statement: str, line: int
) -> None:
    (finding,) = findings(tmp_path, {"set/sum/statement.md": statement})
    assert finding.startswith(f"set/sum/statement.md, line {line}: the formula ")


def test_a_prompt_is_named_with_the_line_of_its_own_part(tmp_path: Path) -> None:
    broken = SUM.replace("How much of {{ left.1 }} is left?", "$\\frac{ {{left.1}} }$")
    (finding,) = findings(tmp_path, {"set/sum/problem.toml": broken})
    line = broken[: broken.index("$\\frac")].count("\n") + 1
    assert finding.startswith(f"set/sum/problem.toml, line {line}: the formula ")


def test_all_findings_are_told_at_once(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        {
            "set/last/statement.md": "$\\frac{1}$",
            "set/sum/data/sum-train.csv": "col0,col1,Label,LogRegPr\n0,1,2,0.5\n",
        },
    )
    assert [finding.partition(",")[0] for finding in found] == [
        "set/sum/data/sum-train.csv",
        "set/last/statement.md",
    ]
    assert found[0].startswith("set/sum/data/sum-train.csv, line 2: ")


def test_a_data_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert findings(tmp_path, {"set/sum/data/sum-train.csv": None}) == [
        "set/sum/data/sum-train.csv: this data file is missing"
    ]
