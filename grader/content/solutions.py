"""The only door to ``reference/``: runs a reference solution and says what exactly was run.

The web process never imports this module, and its image does not even contain ``reference/``.
"""

import ast
import importlib
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec, resolve_name
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.domain.comparing import expected_decimal
from grader.domain.errors import SolutionError
from grader.domain.problem import Parameter, Problem

PACKAGES = ("numpy", "pandas")


@dataclass(frozen=True, slots=True)
class Solved:
    """What a reference solution gave: the expected value of each part's slug, at full precision."""

    values: Mapping[str, Decimal]


def solve(problem: Problem, data: Mapping[str, bytes]) -> Solved:
    """Run the problem's reference solution on these data files.

    Raises:
        SolutionError: the solution is missing, fails, or does not give a finite number for each part.
    """
    module = _module(problem)
    inputs = importlib.import_module("reference.inputs").Inputs(
        data={file.key: _table(file.name, data[file.name]) for file in problem.data},
        parameters={name: _plain(value) for name, value in problem.parameters.items()},
    )
    try:
        given = module.solve(inputs)
    except Exception as error:
        raise SolutionError(
            f"reference/{problem.slug}.py failed: {type(error).__name__}: {error}"
        ) from error
    return Solved(_checked(problem, given))


def solution_sha256(problem: Problem) -> str:
    """The sha256 over the solution's source and all of ``reference/`` that it imports.

    Raises:
        SolutionError: the solution is missing.
    """
    running = sha256()
    for name, path in sorted(_sources(f"reference.{problem.slug.replace('/', '.')}").items()):
        running.update(f"{name}\n".encode())
        running.update(path.read_bytes())
    return running.hexdigest()


def package_versions() -> dict[str, str]:
    """The versions that a value was computed with: Python, numpy and pandas."""
    python = ".".join(str(piece) for piece in sys.version_info[:3])
    return {"python": python, **{name: version(name) for name in PACKAGES}}


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


def _module(problem: Problem) -> ModuleType:
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


def _checked(problem: Problem, given: Any) -> dict[str, Decimal]:  # noqa: ANN401 - an author's return value.
    asked = {part.id for part in problem.parts}
    if not isinstance(given, dict) or given.keys() != asked:
        got = sorted(map(str, given)) if isinstance(given, dict) else type(given).__name__
        raise SolutionError(
            f"reference/{problem.slug}.py: solve() gave {got}, but the problem asks {sorted(asked)}"
        )
    for part, value in given.items():
        if not _is_finite(value):
            raise SolutionError(f"reference/{problem.slug}.py: part {part} is {value}, no number")
    return {f"{problem.slug}/{part}": expected_decimal(value) for part, value in given.items()}


def _is_finite(value: Any) -> bool:  # noqa: ANN401 - as above.
    try:
        return math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _sources(name: str) -> dict[str, Path]:
    """The module and all that it imports from ``reference/``, each with its file."""
    found: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        path = _path(module)
        if module in found or path is None:
            continue
        found[module] = path
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        waiting += _imports(ast.parse(path.read_bytes()), package)
    if name not in found:
        raise SolutionError(f"{name.replace('.', '/')}.py is missing")
    return found


def _path(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            names = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == "reference")
