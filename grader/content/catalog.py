"""The shelf of files: ``problems/`` becomes one validated ``Course``, and data files become bytes."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import RootModel

from grader.content.files import (
    AssignmentFile,
    CourseFile,
    DataTable,
    DatesTable,
    PartTable,
    ProblemFile,
    line_of,
    read_text,
    read_toml,
)
from grader.domain.errors import ContentError
from grader.domain.problem import (
    Assignment,
    AttemptRules,
    Course,
    DataFile,
    Parameter,
    Part,
    Problem,
)

PLACEHOLDER = re.compile(r"\{\{[ \t]*([a-z][a-z0-9_]*)(?:\.([0-9]{1,9}))?[ \t]*\}\}")

_Instants = tuple[datetime | None, datetime | None, datetime | None]


class _Dates(RootModel[dict[str, DatesTable]]):
    pass


@dataclass(frozen=True, slots=True)
class Catalog:
    """The course as its files state it now, and where they lie."""

    course: Course
    problems_dir: Path
    instance_dir: Path

    def data_path(self, problem: Problem, file: DataFile) -> Path:
        """Where the newest bytes of a data file lie: what staff installed, else what is shipped."""
        installed = installed_data(self.instance_dir).get(file.name)
        if installed is not None:
            return self.instance_dir / "data" / f"{installed}.csv"
        return self.problems_dir / problem.slug / "data" / file.name

    def data(self, problem: Problem) -> dict[str, bytes]:
        """The newest bytes of each of a problem's data files, by name.

        Raises:
            ContentError: a file is missing.
        """
        content: dict[str, bytes] = {}
        for file in problem.data:
            path = self.data_path(problem, file)
            try:
                content[file.name] = path.read_bytes()
            except FileNotFoundError:
                raise ContentError(f"{path}: this data file is missing") from None
        return content


def installed_data(instance_dir: Path) -> dict[str, str]:
    """The sha256 of each data file that staff installed, by name; the manifest is the switch."""
    manifest = instance_dir / "data" / "manifest.json"
    if not manifest.exists():
        return {}
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {name: entry["sha256"] for name, entry in files.items()}


def load_catalog(problems_dir: Path, instance_dir: Path) -> Catalog:
    """Read everything under ``problems/`` and the instance's own dates, all or nothing.

    Raises:
        ContentError: naming the file and, where known, the line.
    """
    file = read_toml(problems_dir / "course.toml", CourseFile)
    _no_repeats(problems_dir / "course.toml", "assignments", file.assignments)
    zone = ZoneInfo(file.timezone)
    own_dates = _own_dates(instance_dir / "dates.toml", file.assignments, zone)
    assignments = tuple(
        _assignment(problems_dir, slug, zone, own_dates.get(slug)) for slug in file.assignments
    )
    course = Course(file.title, file.name, file.term, file.timezone, file.late_days, assignments)
    return Catalog(course, problems_dir, instance_dir)


def fill_in(text: str, parameters: Mapping[str, Parameter]) -> str:
    """Put parameters in place of ``{{ name }}`` and, for lists, ``{{ name.0 }}``.

    Raises:
        ContentError: a placeholder names no parameter.
    """

    def value(match: re.Match[str]) -> str:
        parameter = parameters.get(match[1])
        if isinstance(parameter, tuple) and match[2] and int(match[2]) < len(parameter):
            return str(parameter[int(match[2])])
        if isinstance(parameter, int | Decimal) and not match[2]:
            return f"{parameter:,}" if isinstance(parameter, int) else f"{parameter:f}"
        raise ContentError(f"'{match[0]}' names no parameter of the problem")

    return PLACEHOLDER.sub(value, text)


def digest(content: bytes) -> str:
    """The sha256 of a file's bytes, in hex."""
    return sha256(content).hexdigest()


def _own_dates(path: Path, assignments: list[str], zone: ZoneInfo) -> dict[str, _Instants]:
    if not path.exists():
        return {}
    dates = read_toml(path, _Dates).root
    for slug in dates:
        if slug not in assignments:
            line = line_of(read_text(path), (slug,))
            raise ContentError(f"{path}, line {line}: there is no assignment '{slug}'")
    return {slug: _instants(f"{path}: {slug}", table, zone) for slug, table in dates.items()}


def _assignment(root: Path, slug: str, zone: ZoneInfo, own_dates: _Instants | None) -> Assignment:
    path = root / slug / "assignment.toml"
    file = read_toml(path, AssignmentFile)
    _no_repeats(path, "problems", file.problems)
    opens, due, closes = own_dates or _instants(str(path), file, zone)
    return Assignment(
        slug=slug,
        title=file.title,
        opens=opens,
        due=due,
        closes=closes,
        graded=file.graded,
        attempts=AttemptRules(**file.attempts.model_dump()),
        max_late_days=file.lateness.max_late_days,
        hints_after_wrong=file.hints.after_wrong if file.hints else None,
        problems=tuple(_problem(root, slug, name) for name in file.problems),
    )


def _instants(source: str, dates: AssignmentFile | DatesTable, zone: ZoneInfo) -> _Instants:
    moments = {name: _instant(getattr(dates, name), zone) for name in ("opens", "due", "closes")}
    for (first, earlier), (second, later) in combinations(moments.items(), 2):
        if earlier is not None and later is not None and later < earlier:
            raise ContentError(f"{source}: {first}/{second}: the second lies before the first")
    return moments["opens"], moments["due"], moments["closes"]


def _problem(root: Path, assignment: str, name: str) -> Problem:
    folder = root / assignment / name
    path = folder / "problem.toml"
    file = read_toml(path, ProblemFile)
    _no_repeats(path, "parts", [part.id for part in file.parts])
    _no_repeats(path, "data", [data.name for data in file.data])
    slug = f"{assignment}/{name}"
    parameters: dict[str, Parameter] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in file.parameters.items()
    }
    statement = read_text(folder / "statement.md")
    parts = tuple(_part(slug, part) for part in file.parts)
    for number, line in enumerate(statement.splitlines(), start=1):
        _check_placeholders(f"{folder / 'statement.md'}, line {number}", line, parameters)
    for part in parts:
        _check_placeholders(f"{path}: the prompt of part {part.id}", part.prompt, parameters)
    data = tuple(_data_file(table) for table in file.data)
    return Problem(slug, file.number, file.title, statement, parameters, parts, data)


def _part(problem: str, table: PartTable) -> Part:
    return Part(
        slug=f"{problem}/{table.id}",
        title=table.title,
        prompt=table.prompt,
        points=Decimal(table.points),
        tolerance=table.tolerance,
        decimals=table.decimals,
    )


def _data_file(table: DataTable) -> DataFile:
    return DataFile(table.name, table.title, table.features, tuple(table.extra))


def _check_placeholders(where: str, text: str, parameters: Mapping[str, Parameter]) -> None:
    try:
        fill_in(text, parameters)
    except ContentError as error:
        raise ContentError(f"{where}: {error}") from None


def _no_repeats(path: Path, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ContentError(f"{path}: {key}: '{name}' stands there twice")
        seen.add(name)


def _instant(local: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if local is None else local.replace(tzinfo=zone).astimezone(UTC)
