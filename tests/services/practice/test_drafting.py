from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from grader.content.catalog import digest
from grader.content.generators import generate
from grader.domain.errors import SolutionError
from grader.domain.problem import Problem
from grader.domain.reviewing import SAME, confused
from grader.services.keys.drafting import Draft
from grader.services.practice.drafting import Discarded, draft_variant
from tests.support.authoring import Author, authoring
from tests.support.classroom import make_key
from tests.support.variants import (
    ENTROPY,
    GENERATED,
    shipped_key,
    shipped_problem,
    shipped_variants,
)

SOURCE = """
from reference.variants import Generated

def generate(draw):
    {generate}

def solve(inputs):
    if inputs.whole("steps") == 13:
        raise ValueError("thirteen is refused")
    return {{"a": 1.0 / inputs.whole("steps"), "b": 2.0}}
"""


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def authored(author: Author, name: str, generator: str) -> Problem:
    problem = author(name, SOURCE.format(generate=generator))
    return replace(problem, generator="generate", parameters={"steps": 10})


def draft(problem: Problem) -> Draft | Discarded:
    a, b = (part.slug for part in problem.parts)
    graded = make_key(problem.slug, {a: "0.1", b: "2.0"})
    return draft_variant(problem, 7, graded=graded, others=[])


@pytest.mark.parametrize("name", GENERATED)
def test_variants_of_the_shipped_problems_are_reviewed_and_reproduced_by_their_seed(
    name: str,
) -> None:
    slug = f"pset7/{name}"
    problem, graded = shipped_problem(slug), shipped_key(slug)
    one, other = shipped_variants(slug, 2)
    for each in (one, other):
        assert confused(each.key) <= confused(graded)
        assert each.key.parts.keys() == graded.parts.keys()
        assert each.key.hints == graded.hints
        instance = generate(problem, int(each.provenance["seed"]))
        assert each.key.parameters == instance.problem.parameters
        assert each.key.data == {file: digest(data) for file, data in instance.data.items()}
        assert each.data == instance.data
        assert not set(each.key.data.values()) & set(graded.data.values())
    for slug, part in one.key.parts.items():
        assert part.expected not in {graded.parts[slug].expected, other.key.parts[slug].expected}


def test_the_provenance_says_what_a_key_s_does_and_the_seed() -> None:
    (variant,) = shipped_variants(ENTROPY, 1)
    assert set(variant.provenance) == {
        *("data", "solution", "parameters", "tolerances", "packages", "seed")
    }


def test_a_draft_that_is_a_known_instance_is_discarded(author: Author) -> None:
    problem = authored(author, "same", "return Generated()")
    assert draft(problem) == Discarded(SAME)


def test_a_draft_that_the_solution_refuses_is_discarded_and_says_why(author: Author) -> None:
    problem = authored(author, "refused", "return Generated(parameters={'steps': 13})")
    outcome = draft(problem)
    assert isinstance(outcome, Discarded)
    assert outcome.reason == "not solvable"
    assert "ValueError: thirteen is refused" in outcome.detail


def test_a_generator_that_fails_discards_nothing_and_is_an_error(author: Author) -> None:
    problem = authored(author, "broken", "raise KeyError('eta')")
    with pytest.raises(SolutionError, match="KeyError: 'eta'"):
        draft(problem)


def test_the_largest_seed_comes_through_the_database_s_json_as_it_is(author: Author) -> None:
    problem = authored(author, "large", "return Generated(parameters={'steps': 20})")
    a, b = (part.slug for part in problem.parts)
    graded = make_key(problem.slug, {a: "0.1", b: "3"})
    made = draft_variant(problem, 2**128 - 1, graded=graded, others=[])
    assert isinstance(made, Draft)
    assert made.provenance["seed"] == "340282366920938463463374607431768211455"


def test_a_variant_that_fails_a_test_of_its_problem_is_discarded_with_what_failed(
    author: Author,
) -> None:
    problem = authored(author, "coarse", "return Generated({}, {'steps': 6})")
    # Rounding a sixth is off by a third of the last place, cutting it off by two thirds.
    parts = tuple(replace(part, tolerance=Decimal("0.000005")) for part in problem.parts)
    outcome = draft(replace(problem, parts=parts))
    assert outcome == Discarded(
        "failing the test truncated",
        "demo/coarse/a: the answer truncated to 5 decimals, 0.16666, is not within 0.000005 of the "
        "expected value.",
    )
