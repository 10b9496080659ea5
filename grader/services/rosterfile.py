"""Reads a roster file: bytes in, checked entries out; no database.

Each line is one row, so that a problem is found on the row where it is and memory stays bounded.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from unicodedata import normalize

from grader.domain.errors import ImportRefused
from grader.domain.logins import fold
from grader.domain.roles import Role

LARGEST_FILE = 5_000_000
MOST_ROWS = 50_000
LONGEST_LINE = 10_000
MOST_PROBLEMS = 50

_DELIMITERS = (",", ";", "\t")
_HEADERS = {
    "login": ("sunetid", "sisloginid", "login", "uid"),
    "sis_user_id": ("sisuserid", "sid", "studentid"),
    "name": ("name",),
    "first name": ("firstname",),
    "last name": ("lastname",),
    "email": ("email",),
    "section": ("section", "sections"),
    "role": ("role",),
}
_COLUMN = {alias: column for column, aliases in _HEADERS.items() for alias in aliases}
_ROLES = {
    "": Role.STUDENT,
    "student": Role.STUDENT,
    "ta": Role.TA,
    "teachingassistant": Role.TA,
    "ca": Role.TA,
    "courseassistant": Role.TA,
    "instructor": Role.INSTRUCTOR,
    "teacher": Role.INSTRUCTOR,
}
_LONGEST = {"login": 100, "email": 254, "sis_user_id": 100}
_LONGEST_TEXT = 200
_LOGIN = re.compile(r"\w[\w.@+'-]*")
_EMAIL = re.compile(r"""[^\s@<>()\[\],;:"\\]+@[^\s@<>()\[\],;:"\\]+""")
_JOINERS = str.maketrans("", "", "\u200c\u200d")
"""Persian and Indic names hold these; every other invisible character is refused."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person as the file states them; None where the file has no such column.

    A blank cell is stated: it is '' (and the role student). ``row`` is the row as a spreadsheet counts.
    """

    row: int = field(compare=False)
    login: str
    name: str
    email: str | None
    sis_user_id: str | None
    section: str | None
    role: Role | None


class _RowError(Exception):
    """What is wrong with one row."""


def read_roster(raw: bytes) -> list[RosterEntry]:
    """Read a roster: UTF-8, separated by commas, semicolons or tabs, with a header.

    Columns are found by name, whatever their case, spacing and order; unknown ones are ignored.

    Raises:
        ImportRefused: naming up to ``MOST_PROBLEMS`` problems with their rows. Nothing of such a file is
            taken.
    """
    lines = _lines(raw)
    problems: list[str] = []
    entries: list[RosterEntry] = []
    first_rows: dict[tuple[str, str], int] = {}
    delimiter, columns, width = _header(next(lines, (1, b""))[1])
    for row, line in lines:
        try:
            cells = _cells(line, delimiter)
            if any(cells):
                entry = _entry(row, _pick(cells, columns, width))
                _check_new(entry, first_rows)
                entries.append(entry)
        except _RowError as error:
            problems.append(f"row {row}: {error}")
        if len(problems) == MOST_PROBLEMS:
            problems.append("the rest of the file was not read")
            break
    if problems:
        raise ImportRefused(
            "The roster has problems, so nothing of it was taken.", problems=tuple(problems)
        )
    if not entries:
        raise ImportRefused("The roster names nobody: it has no row below its header.")
    return entries


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    if len(raw) > LARGEST_FILE:
        raise ImportRefused(f"The roster is larger than {LARGEST_FILE // 1_000_000} MB.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused("The roster is in UTF-16; please save it as 'CSV UTF-8'.")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    # Counted before anything is built of it; the header is no row of the roster.
    if raw.removesuffix(b"\n").count(b"\n") > MOST_ROWS:
        raise ImportRefused(f"The roster has more than {MOST_ROWS:,} rows.")
    return enumerate(io.BytesIO(raw), 1)


def _header(line: bytes) -> tuple[str, dict[str, int], int]:
    """The delimiter, the place of each known column, and the number of cells of a row."""
    try:
        delimiter = max(_DELIMITERS, key=lambda guess: _known_titles(line, guess))
        titles = _cells(line, delimiter)
        return delimiter, _columns(titles), len(titles)
    except _RowError as error:
        raise ImportRefused(
            "The roster's header can't be used, so nothing of it was taken.",
            problems=(f"row 1: {error}",),
        ) from None


def _known_titles(line: bytes, delimiter: str) -> int:
    try:
        return sum(_key(title) in _COLUMN for title in _cells(line, delimiter))
    except _RowError:
        # Quoted titles are not well-formed under the wrong delimiter.
        return 0


def _columns(titles: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        column = _COLUMN.get(_key(title))
        if column in places:
            raise _RowError(
                f"the columns {titles[places[column]][:40]!r} and {title[:40]!r} both give the {column}"
            )
        if column is not None:
            places[column] = place
    if "login" not in places:
        raise _RowError("there is no column for the login: SUNetID, SIS Login ID, Login or UID")
    if "name" not in places and not {"first name", "last name"} <= places.keys():
        raise _RowError("there is no column Name, nor First Name and Last Name")
    return places


def _cells(line: bytes, delimiter: str) -> list[str]:
    if len(line) > LONGEST_LINE:
        raise _RowError(f"the line is longer than {LONGEST_LINE:,} bytes")
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _RowError("this is not UTF-8; please save the file as 'CSV UTF-8'") from None
    if "\0" in text or "\r" in text:
        raise _RowError("there is a NUL character or a line break within the row")
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise _RowError("a quoted cell is not closed on this row, or text follows it") from None
    # White space of every kind, such as a no-break space, is one space.
    return [normalize("NFC", " ".join(cell.split())) for cell in cells]


def _pick(cells: list[str], columns: dict[str, int], width: int) -> dict[str, str]:
    # A row of another length is most likely shifted by an unquoted comma.
    if len(cells) < width or any(cells[width:]):
        raise _RowError(f"there are {len(cells)} cells, but the header has {width}")
    picked = {column: cells[place] for column, place in columns.items()}
    for column, cell in picked.items():
        if not cell.translate(_JOINERS).isprintable():
            raise _RowError(f"the {column} holds an invisible character")
        longest = _LONGEST.get(column, _LONGEST_TEXT)
        if len(cell) > longest:
            raise _RowError(f"the {column} is longer than {longest} characters")
    return picked


def _entry(row: int, cells: dict[str, str]) -> RosterEntry:
    login = fold(cells["login"])
    if not login:
        raise _RowError("the login is missing")
    if not _LOGIN.fullmatch(login):
        raise _RowError(f"the login {login!r} may hold letters, digits and . _ - + @ ' only")
    name = (
        cells.get("name") or f"{cells.get('first name', '')} {cells.get('last name', '')}".strip()
    )
    if not name:
        raise _RowError(f"the name of {login} is missing")
    email = fold(cells["email"]) if "email" in cells else None
    if email and not _EMAIL.fullmatch(email):
        raise _RowError(f"{email!r} is not an e-mail address")
    return RosterEntry(
        row=row,
        login=login,
        name=name,
        email=email,
        sis_user_id=cells.get("sis_user_id"),
        section=cells.get("section"),
        role=_role(cells["role"]) if "role" in cells else None,
    )


def _role(cell: str) -> Role:
    role = _ROLES.get(_key(cell))
    if role is None:
        raise _RowError(f"the role {cell!r} is none of Student, TA and Instructor")
    return role


def _check_new(entry: RosterEntry, first_rows: dict[tuple[str, str], int]) -> None:
    for kind, value in (
        ("login", entry.login),
        ("e-mail address", entry.email),
        ("SIS user ID", entry.sis_user_id),
    ):
        if value and (first := first_rows.setdefault((kind, fold(value)), entry.row)) != entry.row:
            raise _RowError(f"the {kind} {value!r} is on row {first} already")


def _key(title: str) -> str:
    return "".join(filter(str.isalnum, title)).casefold()
