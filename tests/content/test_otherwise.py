from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from grader.content.otherwise import solve_otherwise
from grader.domain.errors import SolutionError
from grader.domain.problem import DataFile
from tests.support.authoring import Author, authoring

ROWS = b"x1,Label,p\n0,0,0.1\n0,1,0.2\n1,1,0.3\n1,0,0.4\n"
LOOKS = """
def solve(inputs):
    p = inputs.column("numbers", "p")
    in_order = sum(float(value) * 10**place for place, value in enumerate(p))
    return {"a": in_order, "b": float(p.sum())}
"""


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def test_each_way_is_really_another_one(author: Author) -> None:
    problem = replace(author("looks", LOOKS), data=(DataFile("numbers.csv", "n", 1, ("p",)),))
    found = dict(solve_otherwise(problem, {"numbers.csv": ROWS}))
    assert list(found) == ["float32", "rows reversed", "rows shuffled"]
    first = {way: values["demo/looks/a"] for way, values in found.items()}
    assert float(first["float32"]) == pytest.approx(432.1, abs=1e-4)
    assert float(first["float32"]) != pytest.approx(432.1, abs=1e-10)
    assert float(first["rows reversed"]) == pytest.approx(123.4, abs=1e-10)
    assert not any(
        float(first["rows shuffled"]) == pytest.approx(known, abs=0.01) for known in (432.1, 123.4)
    )
    for values in found.values():
        assert float(values["demo/looks/b"]) == pytest.approx(1.0, abs=1e-6)


def test_without_data_there_are_no_rows_to_reorder_and_loops_are_gone_through_where_there_are(
    author: Author,
) -> None:
    problem = author(
        "loops",
        "def solve(inputs):\n    return {'a': 1.0, 'b': 2.0}\n"
        "def literal(inputs):\n    return {'a': 1.5, 'b': 2.5}\n",
    )
    found = dict(solve_otherwise(problem, {}))
    assert list(found) == ["float32", "literal loop"]
    assert found["literal loop"] == {"demo/loops/a": Decimal("1.5"), "demo/loops/b": Decimal("2.5")}


@pytest.mark.parametrize(
    ("literal", "reason"),
    [
        ("raise ValueError('no')", "demo/fails.py failed, solved by literal loop: ValueError: no"),
        ("return {'a': 1.0}", "solve\\(\\) gave \\['a'\\]"),
        ("return {'a': 1.0, 'b': float('nan')}", "part b is nan, no number"),
    ],
)
def test_a_way_that_fails_is_an_error(literal: str, reason: str, author: Author) -> None:
    source = "def solve(inputs):\n    return {'a': 1.0, 'b': 2.0}\ndef literal(inputs):\n    "
    problem = author("fails", source + literal + "\n")
    with pytest.raises(SolutionError, match=reason):
        dict(solve_otherwise(problem, {}))
