from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from grader.content.mutations import mutate
from grader.domain.errors import SolutionError
from grader.domain.misconceptions import Candidate, Hint
from tests.support.authoring import Author, authoring

SOLVED = """
from reference.misconceptions import Misconception

def solve(inputs):
    return {{"a": 0.5, "b": 2.0}}

MISCONCEPTIONS = ({})
"""


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def misconception(
    tag: str = "doubled", message: str = "You doubled it.", values: str = "{}"
) -> str:
    return f"Misconception({tag!r}, {message!r}, lambda inputs: {values}, 'sums', ('x',)),"


def test_each_part_has_the_numbers_of_its_misconceptions_in_their_order(author: Author) -> None:
    problem = author(
        "ordered",
        SOLVED.format(
            misconception("doubled", values="{'a': 1.0, 'b': 4}")
            + misconception("negated", "You negated it.", "{'b': -2.0}")
            + misconception("none", "You did nothing.")
        ),
    )
    found = mutate(problem, {})
    assert found.candidates == {
        "demo/ordered/a": (Candidate("doubled", Decimal("1.0"), ("x",)),),
        "demo/ordered/b": (
            Candidate("doubled", Decimal("4.0"), ("x",)),
            Candidate("negated", Decimal("-2.0"), ("x",)),
        ),
    }
    assert found.hints == {
        "doubled": Hint("You doubled it.", "sums"),
        "negated": Hint("You negated it.", "sums"),
        "none": Hint("You did nothing.", "sums"),
    }


def test_a_solution_need_not_have_any(author: Author) -> None:
    problem = author("plain", "def solve(inputs):\n    return {'a': 0.5, 'b': 2.0}\n")
    assert mutate(problem, {}).candidates == {"demo/plain/a": (), "demo/plain/b": ()}


@pytest.mark.parametrize(
    ("name", "made", "reason"),
    [
        ("fails", misconception(values="1 / 0"), "doubled failed: ZeroDivisionError"),
        ("nan", misconception(values="{'a': float('nan')}"), "doubled, part a is nan, no number"),
        ("inf", misconception(values="{'b': float('inf')}"), "doubled, part b is inf, no number"),
        ("text", misconception(values="{'a': 'x'}"), "doubled, part a is x, no number"),
        ("part", misconception(values="{'c': 1.0}"), "doubled gives part c, which"),
        ("number", misconception(message="You typed 2."), "doubled: its message has to name"),
        ("silent", misconception(message=" "), "doubled: its message has to name"),
        (
            "tex",
            misconception(message=r"You took $\frac$."),
            r"doubled: its message can't be shown: the",
        ),
        ("colon", misconception(tag="generic:sign"), "generic:sign: a tag has small letters"),
        ("twice", misconception() * 2, "doubled is named twice"),
    ],
)
def test_a_misconception_that_can_t_be_used_is_an_error_with_its_name(
    name: str, made: str, reason: str, author: Author
) -> None:
    problem = author(f"wrong_{name}", SOLVED.format(made))
    with pytest.raises(SolutionError, match=reason):
        mutate(problem, {})
