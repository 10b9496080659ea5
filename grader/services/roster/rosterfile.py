"""Reads a roster file: bytes in, checked entries out; no database."""

from collections.abc import Iterator, Mapping

from grader.domain.errors import ImportRefused
from grader.domain.logins import fold
from grader.services.files.csvfile import lines
from grader.services.files.row_problems import RowError
from grader.services.roster.columns import ROSTER_LIMITS, Columns, find_roster_columns
from grader.services.roster.entry import RosterEntry, read_entry

MOST_PROBLEMS = 50
_UNIQUE = {"login": "login", "email": "e-mail address", "sis_user_id": "SIS user ID"}


def read_roster(raw: bytes) -> list[RosterEntry]:
    """Read a roster: UTF-8, separated by commas, semicolons or tabs, with a header.

    Columns are found by name, whatever their case, spacing and order; unknown ones are ignored.

    Raises:
        ImportRefused: naming up to ``MOST_PROBLEMS`` problems with their rows. Nothing of such a file is
            taken.
    """
    rows = lines(raw, ROSTER_LIMITS, subject="The roster")
    columns = _columns(next(rows)[1])
    problems: list[str] = []
    entries: list[RosterEntry] = []
    first_rows: dict[tuple[str, str], int] = {}
    for row, line in rows:
        try:
            if cells := columns.pick(line):
                # Before the entry is read: what repeats a row that is refused is told at the same time.
                problems += [f"row {row}: {each}" for each in _repeats(row, cells, first_rows)]
                entries.append(read_entry(row, cells))
        except RowError as error:
            problems.append(f"row {row}: {error}")
        if len(problems) >= MOST_PROBLEMS:
            problems[MOST_PROBLEMS:] = ["the rest of the file was not read"]
            break
    if problems:
        raise ImportRefused(
            "The roster has problems, so nothing of it was taken.", problems=tuple(problems)
        )
    if not entries:
        raise ImportRefused("The roster names nobody: it has no row below its header.")
    return entries


def _columns(header: bytes) -> Columns:
    try:
        return find_roster_columns(header)
    except RowError as error:
        raise ImportRefused(
            "The roster's header can't be used, so nothing of it was taken.",
            problems=(f"row 1: {error}",),
        ) from None


def _repeats(
    row: int, cells: Mapping[str, str], first_rows: dict[tuple[str, str], int]
) -> Iterator[str]:
    """What a row states that an earlier one states, and that only one person can have."""
    for column, kind in _UNIQUE.items():
        value = fold(cells.get(column, ""))
        if value and (first := first_rows.setdefault((column, value), row)) != row:
            yield f"the {kind} {value[:100]!r} is on row {first} already"
