"""Reads a roster file: bytes in, checked entries out; no database."""

from grader.domain.errors import ImportRefused
from grader.domain.logins import fold
from grader.services.csvfile import lines
from grader.services.roster_columns import ROSTER_LIMITS, Columns, find_roster_columns
from grader.services.roster_entry import RosterEntry, read_entry
from grader.services.row_problems import RowError

MOST_PROBLEMS = 50


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
                entry = read_entry(row, cells)
                _check_new(entry, first_rows)
                entries.append(entry)
        except RowError as error:
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


def _columns(header: bytes) -> Columns:
    try:
        return find_roster_columns(header)
    except RowError as error:
        raise ImportRefused(
            "The roster's header can't be used, so nothing of it was taken.",
            problems=(f"row 1: {error}",),
        ) from None


def _check_new(entry: RosterEntry, first_rows: dict[tuple[str, str], int]) -> None:
    for kind, value in (
        ("login", entry.login),
        ("e-mail address", entry.email),
        ("SIS user ID", entry.sis_user_id),
    ):
        if value and (first := first_rows.setdefault((kind, fold(value)), entry.row)) != entry.row:
            raise RowError(f"the {kind} {value!r} is on row {first} already")
