"""Solves a problem in other ways than its key was solved in: what they give otherwise is noise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from grader.content.solutions import module_of, reported, solution_inputs
from grader.domain.errors import SolutionError
from grader.domain.problem import Problem

Change = Callable[[Any], Any]
_SEED = 109


def solve_otherwise(
    problem: Problem, data: Mapping[str, bytes]
) -> Iterator[tuple[str, Mapping[str, Decimal]]]:
    """Each other way in words, with the values of the parts' slugs that it gives.

    Single precision throughout; where there are rows, their order reversed and shuffled, so that sums are
    taken in another order; and, where the solution has a ``literal``, the plain loops.

    Raises:
        SolutionError: one of the ways fails, or gives no finite number for a part.
    """
    module, inputs = module_of(problem), solution_inputs(problem, data)
    changes: dict[str, Change] = {"float32": lambda given: replace(given, dtype="float32")}
    if problem.data:
        changes["rows reversed"] = _reordered(lambda table: table.iloc[::-1])
        changes["rows shuffled"] = _reordered(lambda t: t.sample(frac=1, random_state=_SEED))
    for way, change in changes.items():
        yield way, _run(problem, way, module.solve, change(inputs))
    if hasattr(module, "literal"):
        yield "literal loop", _run(problem, "literal loop", module.literal, inputs)


def _reordered(order: Change) -> Change:
    return lambda given: replace(
        given,
        data={name: order(table).reset_index(drop=True) for name, table in given.data.items()},
    )


def _run(problem: Problem, way: str, solve: Change, inputs: object) -> Mapping[str, Decimal]:
    try:
        given = solve(inputs)
    except Exception as error:
        raise SolutionError(
            f"reference/{problem.slug}.py failed, solved by {way}: {type(error).__name__}: {error}"
        ) from error
    return reported(problem, given)
