"""Reads a file of submissions: bytes in, checked rows out; no database.

Each line is one row, so that a problem is found on the row where it is and memory stays bounded.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from grader.domain.errors import ImportRefused
from grader.domain.logins import fold
from grader.domain.number import read_number

LARGEST_FILE = 10_000_000
MOST_ROWS = 100_000
LONGEST_LINE = 1_000
MOST_PROBLEMS = 1_000
COLUMNS = ("student", "part", "answer", "submitted_at")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,6})?)?(?P<offset>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One answer as the file states it; ``row`` is the row as a spreadsheet counts, the header being 1."""

    row: int
    login: str
    part: str
    text: str
    value: Decimal
    submitted_at: datetime
    in_course_zone: bool


class RowError(Exception):
    """What is wrong with one row."""


class Problems:
    """Collects row-numbered reasons, the first ``MOST_PROBLEMS`` of them, and counts the rest."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[tuple[int, str]] = []

    def add(self, row: int, reason: object) -> None:
        """Keep one more."""
        self.count += 1
        if len(self.first) < MOST_PROBLEMS:
            self.first.append((row, str(reason)))

    def refuse_if_any(self) -> None:
        """Refuse the whole file.

        Raises:
            ImportRefused: there is a problem.
        """
        if self.count:
            listed = [f"row {row}: {reason}" for row, reason in sorted(self.first)]
            if self.count > len(listed):
                listed.append(f"and {self.count - len(listed):,} more rows")
            raise ImportRefused(
                "The file has rows that can't be imported, so nothing was.", problems=tuple(listed)
            )


def read_submissions(
    raw: bytes, *, zone: ZoneInfo, now: datetime, problems: Problems
) -> Iterator[ImportRow]:
    """Read a file: UTF-8 CSV with the columns of ``COLUMNS`` in any order, and one answer a row.

    A time without an offset is one of the course's zone. What is wrong with a row goes to ``problems``.

    Raises:
        ImportRefused: it is no such file at all.
    """
    lines = _lines(raw)
    places = _header(next(lines, (1, b""))[1])
    seen: dict[str, str] = {}
    for row, line in lines:
        try:
            cells = _cells(line)
            if any(cells):
                yield _row(row, _pick(cells, places), zone, now, seen)
        except RowError as error:
            problems.add(row, error)


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    if len(raw) > LARGEST_FILE:
        raise ImportRefused(f"The file is larger than {LARGEST_FILE // 1_000_000} MB; split it.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused("The file is in UTF-16; please save it as 'CSV UTF-8'.")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    # Counted before anything is built of it.
    if raw.rstrip(b"\r\n").count(b"\n") > MOST_ROWS:
        raise ImportRefused(f"The file has more than {MOST_ROWS:,} rows; split it.")
    return enumerate(io.BytesIO(raw), 1)


def _header(line: bytes) -> list[int]:
    """Where each of ``COLUMNS`` stands."""
    try:
        titles = [title.lower() for title in _cells(line)]
    except RowError as error:
        raise _no_header(str(error)) from None
    for title in titles:
        if title not in COLUMNS:
            raise _no_header(f"{title[:40]!r} is none of the columns {', '.join(COLUMNS)}")
        if titles.count(title) > 1:
            raise _no_header(f"the column {title} stands there twice")
    missing = [column for column in COLUMNS if column not in titles]
    if missing:
        raise _no_header(f"the column {missing[0]} is missing")
    return [titles.index(column) for column in COLUMNS]


def _no_header(reason: str) -> ImportRefused:
    return ImportRefused(
        "The header can't be used, so nothing was imported.", problems=(f"row 1: {reason}",)
    )


def _cells(line: bytes) -> list[str]:
    if len(line) > LONGEST_LINE:
        raise RowError(f"the line is longer than {LONGEST_LINE:,} bytes")
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise RowError("this is not UTF-8; please save the file as 'CSV UTF-8'") from None
    if "\0" in text or "\r" in text:
        raise RowError("there is a NUL character or a line break within the row")
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except csv.Error:
        raise RowError("a quoted cell is not closed on this row, or text follows it") from None


def _pick(cells: list[str], places: list[int]) -> list[str]:
    if len(cells) != len(places):
        raise RowError(f"there are {len(cells)} cells, but the header has {len(places)}")
    return [cells[place] for place in places]


def _row(  # noqa: PLR0917 - one caller.
    row: int, cells: list[str], zone: ZoneInfo, now: datetime, seen: dict[str, str]
) -> ImportRow:
    student, part, text, when = cells
    if not student:
        raise RowError("the student is missing")
    reading = read_number(text)
    if reading.value is None:
        raise RowError(f"the answer {text[:80]!r} can't be read. {reading.message}")
    moment, local = _moment(when, zone)
    if moment > now:
        raise RowError(f"the time {when} lies in the future")
    # Logins and parts repeat thousands of times; one string of each is enough.
    login, part = (seen.setdefault(name, name) for name in (fold(student), part))
    return ImportRow(row, login, part, text, reading.value, moment, local)


def _moment(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    unreadable = RowError(f"the time {text[:40]!r} is not one such as 2026-03-11T23:59:00-07:00")
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise unreadable
    local = match["offset"] is None
    try:
        stated = datetime.fromisoformat(text)
        moment = (stated.replace(tzinfo=zone) if local else stated).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable from None
    if moment < EARLIEST:
        raise RowError(f"the time {text} lies before {EARLIEST.year}")
    return moment, local
