"""The short names of parts, as the gradebook shows them and as files may use them."""

from dataclasses import replace

import pytest

from grader.domain.part_names import find_part, part_names, titles
from tests.support.courses import SET

NUMBERED = replace(
    SET,
    problems=tuple(
        replace(problem, number=number, title=f"P{number}")
        for number, problem in zip(("1", "2"), SET.problems, strict=True)
    ),
)


def test_a_part_is_called_by_the_problem_s_number_and_its_letter() -> None:
    assert part_names(NUMBERED) == {
        "set/sum/a": "1a",
        "set/sum/b": "1b",
        "set/last/a": "2a",
        "set/last/b2": "2b2",
    }
    assert titles(NUMBERED)["set/last/a"] == "P2, part set/last/a"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2a", "set/last/a"),
        ("2B2", "set/last/b2"),
        ("set/sum/b", "set/sum/b"),
        ("3a", None),
        ("a", None),
        ("", None),
        ("set/none/a", None),
    ],
)
def test_a_part_is_found_by_its_slug_or_its_short_name(text: str, part: str | None) -> None:
    assert find_part(NUMBERED, text) == part


def test_a_short_name_that_two_parts_share_names_neither() -> None:
    assert part_names(SET)["set/sum/a"] == part_names(SET)["set/last/a"] == "1a"
    assert find_part(SET, "1a") is None
    assert find_part(SET, "1b2") == "set/last/b2"
