"""Checks what a strict load of ``problems/`` leaves open: can each text be set, can all data be read.

And, where the solutions are: has each problem one?
"""

import re
from collections.abc import Iterator

from grader.content.catalog import Catalog, fill_in
from grader.content.findings import Finding, finding_of
from grader.content.intake import read_data_file
from grader.content.sources import reference_dir
from grader.content.text import render, render_inline
from grader.content.toml_lines import line_of
from grader.domain.errors import ContentError, DataFileError
from grader.domain.problem import Problem

_FORMULA = re.compile(r"the formula '(.*)' can't be set", re.DOTALL)


def check_problem(catalog: Catalog, problem: Problem) -> list[Finding]:
    """Everything that is wrong with a problem's texts and data, each with its file and line."""
    return [*check_texts(catalog, problem), *check_data(catalog, problem)]


def check_solution(problem: Problem) -> Iterator[Finding]:
    """That the problem's reference solution is there; whether it is right, others ask.

    Raises:
        SolutionError: there is no ``reference/`` here at all.
    """
    if not (reference_dir() / f"{problem.slug}.py").is_file():
        yield Finding(f"reference/{problem.slug}.py", "this solution is missing")


def check_texts(catalog: Catalog, problem: Problem) -> Iterator[Finding]:
    """Each text that can't be shown, as a formula in it can't be set."""
    folder = catalog.problems_dir / problem.slug
    statement = fill_in(problem.statement, problem.parameters)
    try:
        render(statement)
    except ContentError as error:
        where = f"{folder / 'statement.md'}, line {_line(statement, error)}"
        yield Finding(where, str(error))
    source = (folder / "problem.toml").read_text(encoding="utf-8")
    for place, part in enumerate(problem.parts):
        try:
            render_inline(fill_in(part.prompt, problem.parameters))
        except ContentError as error:
            line = line_of(source, ("parts", place, "prompt"))
            yield Finding(f"{folder / 'problem.toml'}, line {line}", str(error))


def _line(text: str, error: ContentError) -> int:
    """Where the formula that the error quotes begins; parameters fill in without moving lines."""
    quoted = _FORMULA.match(str(error))
    place = text.find(quoted[1]) if quoted else -1
    return text.count("\n", 0, max(place, 0)) + 1


def check_data(catalog: Catalog, problem: Problem) -> Iterator[Finding]:
    """Each data file that is missing or can't be read."""
    for file in problem.data:
        path = catalog.data_path(problem, file)
        try:
            read_data_file(
                name=str(path), raw=path.read_bytes(), features=file.features, extra=file.extra
            )
        except FileNotFoundError:
            yield Finding(str(path), "this data file is missing")
        except OSError as error:
            yield Finding(str(path), f"can't be read: {error.strerror}")
        except DataFileError as error:
            yield finding_of(error)
