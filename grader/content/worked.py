"""The worked solution that a reference solution tells: run, and checked to the last field."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from grader.content.solutions import module_of, solution_inputs
from grader.content.text import render
from grader.domain.errors import ContentError, SolutionError
from grader.domain.problem import Problem
from grader.domain.worked import Figure, LineFigure, Step, Worked, thinned

MOST_POINTS = 200

_WORKED = TypeAdapter(Worked)


def work(problem: Problem, data: Mapping[str, bytes]) -> Worked | None:
    """What ``worked(inputs)`` of the problem's reference solution gives, or None if it has no such function.

    Raises:
        SolutionError: it fails, or gives something that can't be shown; the message names the field.
    """
    where = f"reference/{problem.slug}.py: worked()"
    tell = getattr(module_of(problem), "worked", None)
    if tell is None:
        return None
    inputs = solution_inputs(problem, data)
    try:
        document = json.dumps({"steps": tell(inputs)})
    except Exception as error:
        raise SolutionError(f"{where} failed: {type(error).__name__}: {error}") from error
    try:
        # Strictly, and as JSON, which is what is stored and read again.
        given = _WORKED.validate_json(document, strict=True)
    except ValidationError as error:
        raise SolutionError(f"{where}: {_first(error)}") from None
    return Worked(tuple(_settable(where, each) for each in given.steps))


def _settable(where: str, step: Step) -> Step:
    """The step, if its formulas can be set, its lines thinned to what a plot can show."""
    try:
        render(step.text)
    except ContentError as error:
        raise SolutionError(f"{where}: the step '{step.title}': {error}") from None
    return replace(step, figures=tuple(_thinned(figure) for figure in step.figures))


def _thinned(figure: Figure) -> Figure:
    if not isinstance(figure, LineFigure):
        return figure
    return replace(figure, points=thinned(figure.points, MOST_POINTS))


def _first(error: ValidationError) -> str:
    """The first mistake; of a figure, only those count that its own kind finds."""
    found = error.errors(include_url=False)
    other_kinds = {each["loc"][:-1] for each in found if each["loc"][-1:] == ("kind",)}
    own = [each for each in found if not _below(each, other_kinds)] or found
    field, message = ".".join(map(str, own[0]["loc"])), own[0]["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message


def _below(error: Any, places: set[tuple[int | str, ...]]) -> bool:  # noqa: ANN401 - pydantic's details.
    return any(error["loc"][: len(place)] == place for place in places)
