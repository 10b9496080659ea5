"""Reads a file of submissions: bytes in, checked rows out; no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from grader.domain.errors import ImportRefused
from grader.domain.logins import fold
from grader.domain.number import read_number
from grader.services.files.csvfile import lines
from grader.services.files.row_problems import Problems, RowError
from grader.services.files.stated_times import read_time
from grader.services.imports.columns import SUBMISSIONS_LIMITS, find_submission_columns, pick


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


def read_submissions(
    raw: bytes, *, zone: ZoneInfo, now: datetime, problems: Problems
) -> Iterator[ImportRow]:
    """Read a file: UTF-8 CSV with the columns student, part, answer and submitted_at.

    A time without an offset is one of the course's zone. What is wrong with a row goes to ``problems``.

    Raises:
        ImportRefused: it is no such file at all.
    """
    rows = lines(raw, SUBMISSIONS_LIMITS, subject="The file", advice="; split it")
    places = _places(next(rows)[1])
    # Logins and parts repeat thousands of times; one string of each is enough.
    seen: dict[str, str] = {}
    for row, line in rows:
        try:
            if cells := pick(line, places):
                student, part, text, when = cells
                login, value = _login(student), _value(text)
                moment, local = read_time(when, zone=zone, now=now)
                login, part = (seen.setdefault(name, name) for name in (login, part))
                yield ImportRow(row, login, part, text, value, moment, local)
        except RowError as error:
            problems.add(row, error)


def _places(header: bytes) -> list[int]:
    try:
        return find_submission_columns(header)
    except RowError as error:
        raise ImportRefused(
            "The header can't be used, so nothing was imported.", problems=(f"row 1: {error}",)
        ) from None


def _login(student: str) -> str:
    if not student:
        raise RowError("the student is missing")
    return fold(student)


def _value(text: str) -> Decimal:
    reading = read_number(text)
    if reading.value is None:
        raise RowError(f"the answer {text[:80]!r} can't be read. {reading.message}")
    return reading.value
