"""Reads a gradebook that Canvas exported: bytes in, its students and columns out; no database."""

import re
from dataclasses import dataclass
from unicodedata import normalize

from grader.domain.errors import ImportRefused
from grader.services.files.csvfile import Limits, cells, lines
from grader.services.files.row_problems import Problems, RowError
from grader.services.roster.entry import JOINERS

CANVAS_LIMITS = Limits(file=2_000_000, rows=20_000, line=50_000)
COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
"""The columns about a student, as Canvas calls them."""

POINTS_POSSIBLE = "    Points Possible"
"""How the row of the points begins, the four spaces included."""

_DELIMITERS = (",", ";", "\t")
_ASSIGNMENT = re.compile(r"(?s).+ \([0-9]{1,20}\)")
_ID = re.compile(r"[0-9]{1,20}")
_LONGEST = 500
_NO_STUDENTS = {"", POINTS_POSSIBLE.strip()}


@dataclass(frozen=True, slots=True)
class CanvasStudent:
    """One student, with every cell as Canvas wrote it."""

    student: str
    id: str
    sis_user_id: str
    sis_login_id: str
    section: str


@dataclass(frozen=True, slots=True)
class CanvasGradebook:
    """The students, and the titles of the assignments' columns, each with Canvas's own number."""

    students: tuple[CanvasStudent, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    delimiter: str
    places: tuple[int | None, ...]
    width: int
    titles: tuple[str, ...]


def read_canvas(raw: bytes) -> CanvasGradebook:
    """Read a gradebook as Canvas exports it, separated by commas, semicolons or tabs.

    Raises:
        ImportRefused: it is none, naming the rows that are wrong.
    """
    rows = lines(raw, CANVAS_LIMITS, subject="The file")
    header = _header(next(rows)[1])
    problems = Problems()
    found: list[CanvasStudent] = []
    first_rows: dict[str, int] = {}
    for row, line in rows:
        try:
            if student := _student(line, header):
                _check_new(row, student, first_rows)
                found.append(student)
        except RowError as error:
            problems.add(row, error)
    problems.refuse_if_any()
    if not found:
        raise ImportRefused("The file names no student: is it the gradebook that Canvas exports?")
    return CanvasGradebook(tuple(found), header.titles)


def _check_new(row: int, student: CanvasStudent, first_rows: dict[str, int]) -> None:
    first = first_rows.setdefault(student.id, row)
    if first != row:
        raise RowError(f"the ID {student.id} is on row {first} already")


def _header(line: bytes) -> _Header:
    try:
        return _read_header(line)
    except RowError as error:
        raise ImportRefused(
            "This is not a gradebook as Canvas exports it, so nothing of it was taken.",
            problems=(f"row 1: {error}",),
        ) from None


def _read_header(line: bytes) -> _Header:
    delimiter = max(_DELIMITERS, key=lambda guess: _known(line, guess))
    titles = _texts(line, delimiter)
    plain = [title.strip().casefold() for title in titles]
    for wanted in COLUMNS:
        if plain.count(wanted.casefold()) > 1:
            raise RowError(f"the column {wanted} stands there twice")
    for wanted in COLUMNS[:2]:
        if wanted.casefold() not in plain:
            raise RowError(f"the column {wanted} is missing")
    places = tuple(
        plain.index(each.casefold()) if each.casefold() in plain else None for each in COLUMNS
    )
    assignments = {n: title for n, title in enumerate(titles, 1) if _ASSIGNMENT.fullmatch(title)}
    for number, title in assignments.items():
        _check_text(f"title of column {number}", title)
    return _Header(delimiter, places, len(titles), tuple(assignments.values()))


def _known(line: bytes, delimiter: str) -> int:
    try:
        plain = {title.strip().casefold() for title in _texts(line, delimiter)}
    except RowError:
        # Quoted titles are not well-formed under the wrong delimiter.
        return 0
    return sum(each.casefold() in plain for each in COLUMNS)


def _student(line: bytes, header: _Header) -> CanvasStudent | None:
    """The student of a row; None of a row that is about nobody."""
    stated = _texts(line, header.delimiter)
    if not any(cell.strip() for cell in stated):
        return None
    if len(stated) < header.width or any(stated[header.width :]):
        raise RowError(f"there are {len(stated)} cells, but the header has {header.width}")
    own = ["" if place is None else stated[place].strip() for place in header.places]
    name, number = own[:2]
    if not number and name in _NO_STUDENTS:
        return None  # The points, or what Canvas says of how an assignment is posted.
    for column, cell in zip(COLUMNS, own, strict=True):
        _check_text(column, cell)
    if not name:
        raise RowError("the student's name is missing")
    if not _ID.fullmatch(number):
        raise RowError(f"the ID {number[:40]!r} of {name[:100]!r} is no number of Canvas")
    return CanvasStudent(*own)


def _check_text(column: str, cell: str) -> None:
    if len(cell) > _LONGEST:
        raise RowError(f"the {column} is longer than {_LONGEST} characters")
    if not cell.translate(JOINERS).isprintable():
        raise RowError(f"the {column} holds an invisible character")


def _texts(line: bytes, delimiter: str) -> list[str]:
    split = cells(line, CANVAS_LIMITS, delimiter=delimiter)
    return [normalize("NFC", cell.replace("\u00a0", " ")) for cell in split]
