"""Reads a problem's folder: its ``problem.toml`` and its statement."""

from decimal import Decimal
from pathlib import Path

from grader.content.catalog import fill_in
from grader.content.problem_file import DataTable, PartTable, ProblemFile
from grader.content.tomlfile import no_repeats, read_text, read_toml, refused
from grader.domain.errors import ContentError
from grader.domain.problem import DataFile, Parameter, Part, Problem


def read_problem(root: Path, assignment: str, name: str) -> Problem:
    """The problem of this folder.

    Raises:
        ContentError: naming the file and, where known, the line.
    """
    folder = root / assignment / name
    path = folder / "problem.toml"
    file = read_toml(path, ProblemFile)
    no_repeats(path, "parts", [part.id for part in file.parts], "id")
    no_repeats(path, "data", [data.name for data in file.data], "name")
    slug = f"{assignment}/{name}"
    parameters: dict[str, Parameter] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in file.parameters.items()
    }
    statement = read_text(folder / "statement.md")
    parts = tuple(_part(slug, part) for part in file.parts)
    for number, line in enumerate(statement.split("\n"), start=1):
        try:
            fill_in(line, parameters)
        except ContentError as error:
            raise ContentError(f"{folder / 'statement.md'}, line {number}: {error}") from None
    for place, part in enumerate(parts):
        try:
            fill_in(part.prompt, parameters)
        except ContentError as error:
            raise refused(path, ("parts", place, "prompt"), str(error)) from None
    data = tuple(_data_file(table) for table in file.data)
    return Problem(
        slug, file.number, file.title, statement, parameters, parts, data, file.generator
    )


def _part(problem: str, table: PartTable) -> Part:
    return Part(
        slug=f"{problem}/{table.id}",
        title=table.title,
        prompt=table.prompt,
        points=Decimal(table.points),
        tolerance=table.tolerance,
        decimals=table.decimals,
        accepts_noise=table.accepts_noise,
        accepts_mistakes=table.accepts_mistakes,
    )


def _data_file(table: DataTable) -> DataFile:
    return DataFile(table.name, table.title, table.features, tuple(table.extra))
