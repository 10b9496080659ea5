"""Reads a file of overrides: bytes in, checked rows out; no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from grader.domain.errors import GraderError, ImportRefused
from grader.domain.logins import fold
from grader.domain.number import read_number
from grader.domain.part_names import find_part
from grader.domain.problem import Assignment
from grader.domain.reasons import checked_reason
from grader.services.files.csvfile import Limits, cells, lines
from grader.services.files.row_problems import Problems, RowError
from grader.services.roster.aliases import column_of

OVERRIDES_LIMITS = Limits(file=2_000_000, rows=1_000, line=5_000)
COLUMNS = ("login", "part", "points", "reason")

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One score as the file states it; ``row`` is the row as a spreadsheet counts, ``part`` a slug."""

    row: int
    login: str
    part: str
    points: Decimal
    reason: str


def read_overrides(raw: bytes, *, assignment: Assignment, problems: Problems) -> list[OverrideRow]:
    """Read a file: CSV with a header that names login, part, points and reason; others are ignored.

    What is wrong with a row goes to ``problems``.

    Raises:
        ImportRefused: it is no such file at all, or has no row.
    """
    rows = lines(raw, OVERRIDES_LIMITS, subject="The file", advice="; split it")
    header = next(rows)[1]
    delimiter = max(_DELIMITERS, key=lambda guess: _known(header, guess))
    places, width = _places(header, delimiter)
    found: list[OverrideRow] = []
    first_rows: dict[tuple[str, str], int] = {}
    for row, line in rows:
        try:
            stated = _stripped(line, delimiter)
            if any(stated):
                found.append(_read(row, _pick(stated, places, width), assignment))
                _check_new(found[-1], first_rows)
        except RowError as error:
            problems.add(row, error)
    if not found and not problems.count:
        raise ImportRefused("The file has no row below its header, so there is nothing to import.")
    return found


def _read(row: int, stated: Mapping[str, str], assignment: Assignment) -> OverrideRow:
    login, part = fold(stated["login"]), find_part(assignment, stated["part"])
    if not login or not login.isprintable():
        raise RowError("the login is missing, or holds an invisible character")
    if part is None:
        raise RowError(f"{stated['part'][:40]!r} is no part of {assignment.slug}; write one as 2a")
    reading = read_number(stated["points"])
    if reading.value is None:
        raise RowError(f"the points {stated['points'][:40]!r} can't be read. {reading.message}")
    try:
        reason = checked_reason(stated["reason"])
    except GraderError as error:
        raise RowError(str(error)) from None
    return OverrideRow(row, login, part, reading.value, reason)


def _check_new(found: OverrideRow, first_rows: dict[tuple[str, str], int]) -> None:
    first = first_rows.setdefault((found.login, found.part), found.row)
    if first != found.row:
        raise RowError(f"{found.login} and {found.part} are on row {first} already")


def _places(header: bytes, delimiter: str) -> tuple[dict[str, int], int]:
    try:
        titles = [_column(title) for title in _stripped(header, delimiter)]
        for column in COLUMNS:
            if titles.count(column) != 1:
                there = "stands there twice" if column in titles else "is missing"
                raise RowError(f"the column {column} {there}")  # noqa: TRY301 - told like the others.
    except RowError as error:
        raise ImportRefused(
            "The header can't be used, so nothing was imported.", problems=(f"row 1: {error}",)
        ) from None
    return {column: titles.index(column) for column in COLUMNS}, len(titles)


def _column(title: str) -> str:
    known = title.casefold()
    return known if known in COLUMNS else column_of(title) or ""


def _pick(stated: list[str], places: Mapping[str, int], width: int) -> dict[str, str]:
    # A row of another length is most likely shifted by an unquoted comma.
    if len(stated) < width or any(stated[width:]):
        raise RowError(f"there are {len(stated)} cells, but the header has {width}")
    return {column: stated[place] for column, place in places.items()}


def _known(line: bytes, delimiter: str) -> int:
    try:
        return sum(_column(title) in COLUMNS for title in _stripped(line, delimiter))
    except RowError:
        return 0  # Quoted titles are not well-formed under the wrong delimiter.


def _stripped(line: bytes, delimiter: str) -> list[str]:
    return [cell.strip() for cell in cells(line, OVERRIDES_LIMITS, delimiter=delimiter)]
