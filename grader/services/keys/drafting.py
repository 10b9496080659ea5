"""Drafting an answer key: solve the problem and its misconceptions, and say what went in.

Only the CLI comes here: these are the services that run reference solutions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from grader.content.catalog import Catalog, digest
from grader.content.mutations import mutate
from grader.content.solutions import solve
from grader.content.sources import package_versions, solution_sha256
from grader.content.worked import work
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.misconceptions import Candidate, told_apart
from grader.domain.problem import Part, Problem
from grader.domain.worked import Worked
from grader.services.keys.provenance import fingerprint


@dataclass(frozen=True, slots=True)
class Draft:
    """A freshly computed key, what went into it, the bytes of the data it pins, and how it is told."""

    key: AnswerKey
    provenance: dict[str, Any]
    data: Mapping[str, bytes]
    worked: Worked | None = None

    @property
    def fingerprint(self) -> str:
        """Names everything that went in; equal fingerprints need no second run."""
        return fingerprint(self.provenance)


def expected_values(catalog: Catalog, problem: Problem) -> Mapping[str, Decimal]:
    """The expected value of each part's slug on the newest data, without the misconceptions.

    Raises:
        ContentError: a data file is missing.
        SolutionError: the reference solution fails.
    """
    return solve(problem, catalog.data(problem)).values


def draft_key(catalog: Catalog, problem: Problem) -> Draft:
    """Solve a problem on its newest data; needs no database.

    Raises:
        ContentError: a data file is missing.
        SolutionError: the reference solution fails.
    """
    data = catalog.data(problem)
    return replace(draft_from(problem, data), worked=work(problem, data))


def draft_from(problem: Problem, data: Mapping[str, bytes]) -> Draft:
    """Solve a problem on these data files.

    Raises:
        SolutionError: the reference solution fails.
    """
    expected = solve(problem, data).values
    mutations = mutate(problem, data)
    key = AnswerKey(
        problem=problem.slug,
        parts={
            part.slug: _part_key(part, expected[part.slug], mutations.candidates[part.slug])
            for part in problem.parts
        },
        parameters=problem.parameters,
        data={name: digest(content) for name, content in data.items()},
        hints=mutations.hints,
    )
    return Draft(key, {**key_inputs(problem, data), "packages": package_versions()}, data)


def key_inputs(problem: Problem, data: Mapping[str, bytes]) -> dict[str, Any]:
    """What decides a key: changed data, solution, parameters or tolerances make it stale."""
    return {
        "data": {name: digest(content) for name, content in data.items()},
        "solution": solution_sha256(problem),
        "parameters": {name: _text(value) for name, value in problem.parameters.items()},
        "tolerances": {part.slug: str(part.tolerance) for part in problem.parts},
    }


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _part_key(part: Part, expected: Decimal, candidates: Sequence[Candidate]) -> PartKey:
    return PartKey(
        expected=expected,
        tolerance=part.tolerance,
        misconceptions=told_apart(candidates, truths=[expected], tolerance=part.tolerance),
    )
