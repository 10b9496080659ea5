"""Checks what a strict load of ``problems/`` leaves open: can each text be set, can all data be read."""

import re
from collections.abc import Iterator

from grader.content.catalog import Catalog, fill_in
from grader.content.intake import read_data_file
from grader.content.text import render, render_inline
from grader.content.toml_lines import line_of
from grader.domain.errors import ContentError, DataFileError
from grader.domain.problem import Problem

_FORMULA = re.compile(r"the formula '(.*)' can't be set", re.DOTALL)


def check_problem(catalog: Catalog, problem: Problem) -> list[str]:
    """Everything that is wrong with a problem's texts and data, each with its file and line."""
    return [*_texts(catalog, problem), *_data(catalog, problem)]


def _texts(catalog: Catalog, problem: Problem) -> Iterator[str]:
    folder = catalog.problems_dir / problem.slug
    statement = fill_in(problem.statement, problem.parameters)
    try:
        render(statement)
    except ContentError as error:
        yield f"{folder / 'statement.md'}, line {_line(statement, error)}: {error}"
    source = (folder / "problem.toml").read_text(encoding="utf-8")
    for place, part in enumerate(problem.parts):
        try:
            render_inline(fill_in(part.prompt, problem.parameters))
        except ContentError as error:
            line = line_of(source, ("parts", place, "prompt"))
            yield f"{folder / 'problem.toml'}, line {line}: {error}"


def _line(text: str, error: ContentError) -> int:
    """Where the formula that the error quotes begins; parameters fill in without moving lines."""
    quoted = _FORMULA.match(str(error))
    place = text.find(quoted[1]) if quoted else -1
    return text.count("\n", 0, max(place, 0)) + 1


def _data(catalog: Catalog, problem: Problem) -> Iterator[str]:
    for file in problem.data:
        path = catalog.data_path(problem, file)
        try:
            read_data_file(
                name=str(path), raw=path.read_bytes(), features=file.features, extra=file.extra
            )
        except FileNotFoundError:
            yield f"{path}: this data file is missing"
        except DataFileError as error:
            yield str(error)
