"""Runs a problem's generator: the problem with other numbers, and the data files that belong to them.

What a generator gives is judged as strictly as what an author writes, for students are shown it unread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from grader.content.intake import read_data_file
from grader.content.solutions import module_of
from grader.domain.errors import DataFileError, SolutionError
from grader.domain.problem import Parameter, Problem


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem with the numbers and the data files, by name, of one instance of it."""

    problem: Problem
    data: Mapping[str, bytes]


def generate(problem: Problem, seed: int) -> Instance:
    """Another instance of a problem; a seed always gives the same one.

    Raises:
        SolutionError: the problem has no generator, or it fails, or what it gives is not of the shape that
            ``problem.toml`` declares; the message names it.
    """
    where = f"reference/{problem.slug}.py: {problem.generator}()"
    if problem.generator is None:
        raise SolutionError(f"{problem.slug} names no generator in its problem.toml")
    generator = getattr(module_of(problem), problem.generator, None)
    if generator is None:
        raise SolutionError(f"{where} is missing, and problem.toml names it as the generator")
    # The draws make numbers to practise on; what has to be secret is the seed, and the caller chose it.
    draw = Random(seed)  # noqa: S311
    try:
        made = generator(draw)
        given, data = dict(made.parameters), dict(made.data)
    except Exception as error:
        raise SolutionError(f"{where} failed: {type(error).__name__}: {error}") from error
    changed = {name: _parameter(where, problem, name, value) for name, value in given.items()}
    other = replace(problem, parameters={**problem.parameters, **changed})
    return Instance(other, _data(where, problem, data))


def _parameter(where: str, problem: Problem, name: str, value: Any) -> Parameter:  # noqa: ANN401 - an author's value.
    """A parameter of the shape that the problem states: the statement has to find each number in it."""
    stated = problem.parameters.get(name)
    if stated is None:
        raise SolutionError(
            f"{where} gives the parameter {name}, which problem.toml does not state"
        )
    number = tuple(value) if isinstance(value, list | tuple) else value
    if not _same_shape(stated, number):
        raise SolutionError(
            f"{where} gives {name} = {value!r}, but problem.toml has {stated!r} there"
        )
    parameter: Parameter = number
    return parameter


def _same_shape(stated: Parameter, value: Any) -> bool:  # noqa: ANN401 - as above.
    if isinstance(stated, tuple):
        return (
            isinstance(value, tuple)
            and len(value) == len(stated)
            and all(_same_shape(one, other) for one, other in zip(stated, value, strict=True))
        )
    return type(value) is type(stated) and Decimal(value).is_finite()


def _data(where: str, problem: Problem, given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every declared file, as students download it: a variant never borrows the graded instance's."""
    declared = {file.name for file in problem.data}
    if given.keys() != declared:
        raise SolutionError(
            f"{where} gives the files {sorted(given)}, but the problem has {sorted(declared)}"
        )
    read = {}
    for file in problem.data:
        try:
            read[file.name] = read_data_file(
                name=file.name, raw=given[file.name], features=file.features, extra=file.extra
            ).content
        except DataFileError as error:
            raise SolutionError(f"{where} gives a file that can't be used: {error}") from None
    return read
