"""The only door to ``reference/``: runs a reference solution and says what exactly was run.

The web process never imports this module, and its image does not even contain ``reference/``.
"""

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any

from grader.domain.comparing import expected_decimal
from grader.domain.errors import SolutionError
from grader.domain.problem import Parameter, Problem


@dataclass(frozen=True, slots=True)
class Solved:
    """What a reference solution gave: the expected value of each part's slug, at full precision."""

    values: Mapping[str, Decimal]


def solve(problem: Problem, data: Mapping[str, bytes]) -> Solved:
    """Run the problem's reference solution on these data files.

    Raises:
        SolutionError: the solution is missing, fails, or does not give a finite number for each part.
    """
    module = module_of(problem)
    inputs = solution_inputs(problem, data)
    try:
        given = module.solve(inputs)
    except Exception as error:
        raise SolutionError(
            f"reference/{problem.slug}.py failed: {type(error).__name__}: {error}"
        ) from error
    return Solved(reported(problem, given))


def solution_inputs(problem: Problem, data: Mapping[str, bytes]) -> Any:  # noqa: ANN401 - reference/'s own.
    """What a reference solution is given: the tables of these data files, and the parameters.

    Raises:
        SolutionError: a file is no table.
    """
    return importlib.import_module("reference.inputs").Inputs(
        data={file.key: _table(file.name, data[file.name]) for file in problem.data},
        parameters={name: _plain(value) for name, value in problem.parameters.items()},
    )


def module_of(problem: Problem) -> ModuleType:
    """The module of ``reference/`` that solves the problem.

    Raises:
        SolutionError: it is missing, or can't be imported.
    """
    name = f"reference.{problem.slug.replace('/', '.')}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise SolutionError(
            f"reference/{problem.slug}.py: can't be imported ({error}); each problem needs a solution there"
        ) from None
    except Exception as error:
        raise SolutionError(
            f"reference/{problem.slug}.py failed: {type(error).__name__}: {error}"
        ) from error


def checked_value(where: str, value: Any) -> Decimal:  # noqa: ANN401 - an author's return value.
    """A computed value as the exact decimal that names it.

    Raises:
        SolutionError: it is no finite number.
    """
    try:
        finite = math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        finite = False
    if not finite:
        raise SolutionError(f"{where} is {value}, no number")
    return expected_decimal(value)


def make_calibration(test: bytes, train: bytes) -> bytes:
    """The calibration file of a term that has none: fitted on the test and train rows, as CSV.

    Raises:
        SolutionError: the fit failed.
    """
    datasets = importlib.import_module("reference.datasets")
    tables = _table("ancestry-test.csv", test), _table("ancestry-train.csv", train)
    try:
        made: bytes = datasets.calibration(*tables)
    except Exception as error:
        raise SolutionError(
            f"the calibration file can't be made: {type(error).__name__}: {error}"
        ) from error
    return made


def _table(name: str, content: bytes) -> Any:  # noqa: ANN401 - a pandas table.
    try:
        return importlib.import_module("reference.inputs").read_table(content)
    except ValueError as error:
        raise SolutionError(f"{name}: pandas can't read it: {error}") from None


def _plain(value: Parameter) -> int | float | list[int | float]:
    if isinstance(value, tuple):
        return [_number(each) for each in value]
    return _number(value)


def _number(value: int | Decimal) -> int | float:
    return value if isinstance(value, int) else float(value)


def reported(problem: Problem, given: Any) -> dict[str, Decimal]:  # noqa: ANN401 - an author's return value.
    """The values that a solution returned, by the parts' slugs.

    Raises:
        SolutionError: they are not one finite number for each part.
    """
    asked = {part.id for part in problem.parts}
    if not isinstance(given, dict) or given.keys() != asked:
        got = sorted(map(str, given)) if isinstance(given, dict) else type(given).__name__
        raise SolutionError(
            f"reference/{problem.slug}.py: solve() gave {got}, but the problem asks {sorted(asked)}"
        )
    where = f"reference/{problem.slug}.py: part"
    return {
        f"{problem.slug}/{part}": checked_value(f"{where} {part}", value)
        for part, value in given.items()
    }
