"""The expected values alone, for who needs no key."""

from decimal import Decimal
from pathlib import Path

import pytest

from grader.content.catalog import Catalog
from grader.domain.errors import SolutionError
from grader.services.keys.drafting import expected_values
from tests.support.authoring import authoring
from tests.support.courses import COURSE


def solution(a: str) -> str:
    return f"def solve(inputs):\n    return {{'a': {a}, 'b': 2.0}}\n"


def test_the_expected_values_are_what_the_reference_solution_finds_now(tmp_path: Path) -> None:
    catalog = Catalog(COURSE, tmp_path, tmp_path)
    with authoring(tmp_path) as write:
        problem = write("values", solution("0.5"))
        found = expected_values(catalog, problem)
        assert found == {"demo/values/a": Decimal("0.5"), "demo/values/b": 2}
        write("values", solution("0.25"))
        assert expected_values(catalog, problem)["demo/values/a"] == Decimal("0.25")
        write("values", solution("1 / 0"))
        with pytest.raises(SolutionError):
            expected_values(catalog, problem)
