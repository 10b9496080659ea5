"""The TOML files under ``problems/``, validated strictly: an unknown key is an error with file and line."""

import re
import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from grader.domain.errors import ContentError

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PartId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,9}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Exact = Annotated[Decimal, Field(allow_inf_nan=False)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones.
        raise ValueError(
            f"'{name}' is no time zone; write one such as America/Los_Angeles"
        ) from None
    return name


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("write the local time of the course, without an offset")
    return moment


Local = Annotated[datetime, AfterValidator(_local)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CourseFile(_File):
    """``course.toml``."""

    title: Text
    name: Text
    term: Text
    timezone: Annotated[str, AfterValidator(_known_zone)]
    late_days: Annotated[int, Field(ge=0, le=100)]
    assignments: Annotated[list[Slug], Field(min_length=1)]


class AttemptsTable(_File):
    """``[attempts]``: without a limit, attempts are unlimited."""

    limit: Annotated[int, Field(ge=1)] | None = None
    free_wrong: Annotated[int, Field(ge=1)] = 5
    cooldown_first_seconds: Annotated[int, Field(ge=0, le=86400)] = 30
    cooldown_longest_seconds: Annotated[int, Field(ge=0, le=86400)] = 600


class LatenessTable(_File):
    """``[lateness]``: the most late days that this assignment takes of a student's budget."""

    max_late_days: Annotated[int, Field(ge=0, le=100)]


class HintsTable(_File):
    """``[hints]``: after how many wrong attempts a student is told which mistake gives the number."""

    after_wrong: Annotated[int, Field(ge=1)]


class AssignmentFile(_File):
    """``assignment.toml``; its times are local to the course's zone."""

    title: Text
    opens: Local | None = None
    due: Local | None = None
    closes: Local | None = None
    graded: bool = True
    problems: Annotated[list[Slug], Field(min_length=1)]
    attempts: AttemptsTable = AttemptsTable()
    lateness: LatenessTable = LatenessTable(max_late_days=0)
    hints: HintsTable | None = None


class DataTable(_File):
    """A ``[[data]]`` of ``problem.toml``: a file of binary features, Label and extra probabilities."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}\.csv$")]
    title: Text
    kind: Annotated[str, Field(pattern=r"^labelled$")]
    features: Annotated[int, Field(ge=1, le=1000)]
    extra: list[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]] = []


class PartTable(_File):
    """A ``[[parts]]`` of ``problem.toml``."""

    id: PartId
    title: Text
    prompt: Annotated[str, Field(min_length=1, max_length=2000)]
    points: Annotated[Exact | int, Field(ge=0, le=1000)]
    tolerance: Annotated[Exact, Field(gt=0, le=1)] = Decimal("0.00001")
    decimals: Annotated[int, Field(ge=0, le=15)] = 5


class ProblemFile(_File):
    """``problem.toml``."""

    number: Annotated[str, Field(min_length=1, max_length=10)]
    title: Text
    parameters: dict[Slug, int | Exact | list[int | Exact]] = {}
    data: list[DataTable] = []
    parts: Annotated[list[PartTable], Field(min_length=1)]


class DatesTable(_File):
    """An instance's own dates of an assignment, for a demo or another term."""

    opens: Local | None = None
    due: Local | None = None
    closes: Local | None = None


F = TypeVar("F", bound=BaseModel)


def read_toml(file: Path, model: type[F]) -> F:
    """Read and validate a file; numbers with a point are read as exact decimals.

    Raises:
        ContentError: naming the file, the line and the key.
    """
    text = read_text(file)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:  # TOMLDecodeError, or a whole number of thousands of digits.
        raise ContentError(f"{file}: {error}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line = line_of(text, first["loc"])
        key = ".".join(str(piece) for piece in first["loc"])
        raise ContentError(f"{file}, line {line}: {key}: {_plain(first['msg'])}") from None


def read_text(file: Path) -> str:
    """Read a UTF-8 text.

    Raises:
        ContentError: the file is missing or not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"{file}: this file is missing") from None
    except UnicodeDecodeError as error:
        raise ContentError(f"{file}: not UTF-8 (byte {error.start})") from None


def line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line of a TOML text where the key at this location stands, or its table's line, or 1."""
    table: tuple[int | str, ...] = ()
    seen: dict[str, int] = {}
    best = 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            name = header[1]
            seen[name] = seen.get(name, -1) + 1
            table = (name, seen[name])
        elif header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = (header[1],)
        elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
            path = (*table, key[1])
            if location[: len(path)] == path:
                return number
            continue
        else:
            continue
        if location[: len(table)] == table:
            best = number
    return best


def _plain(message: str) -> str:
    known = {
        "Extra inputs are not permitted": "this key is not known here; check its spelling",
        "Field required": "this key is missing",
    }
    return known.get(message, message.removeprefix("Value error, "))
