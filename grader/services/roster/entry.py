"""One person as a roster file states them: the cells of a row, checked."""

import re
from dataclasses import dataclass, field

from grader.domain.logins import fold
from grader.domain.roles import Role
from grader.services.files.row_problems import RowError
from grader.services.roster.aliases import role_of

STATED = ("name", "email", "sis_user_id", "section", "role")
"""What a file may state of a person beside the login."""

_LONGEST = {"login": 100, "email": 254, "sis_user_id": 100}
_LONGEST_TEXT = 200
_LOGIN = re.compile(r"\w[\w.@+'-]*")
_EMAIL = re.compile(r"""[^\s@<>()\[\],;:"\\]+@[^\s@<>()\[\],;:"\\]+""")
JOINERS = str.maketrans("", "", "\u200c\u200d")
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


def read_entry(row: int, cells: dict[str, str]) -> RosterEntry:
    """The person of a row.

    Raises:
        RowError: a cell is not acceptable, or the login or the name is missing.
    """
    _check_texts(cells)
    login = fold(cells["login"])
    if not login:
        raise RowError("the login is missing")
    if not _LOGIN.fullmatch(login):
        raise RowError(f"the login {login!r} may hold letters, digits and . _ - + @ ' only")
    pieces = f"{cells.get('first name', '')} {cells.get('last name', '')}"
    name = cells.get("name") or pieces.strip()
    if not name:
        raise RowError(f"the name of {login} is missing")
    email = fold(cells["email"]) if "email" in cells else None
    if email and not _EMAIL.fullmatch(email):
        raise RowError(f"{email!r} is not an e-mail address")
    role = _role(cells["role"]) if "role" in cells else None
    return RosterEntry(
        row, login, name, email, cells.get("sis_user_id"), cells.get("section"), role
    )


def _check_texts(cells: dict[str, str]) -> None:
    for column, cell in cells.items():
        if not cell.translate(JOINERS).isprintable():
            raise RowError(f"the {column} holds an invisible character")
        longest = _LONGEST.get(column, _LONGEST_TEXT)
        if len(cell) > longest:
            raise RowError(f"the {column} is longer than {longest} characters")


def _role(cell: str) -> Role:
    role = role_of(cell)
    if role is None:
        raise RowError(f"the role {cell!r} is none of Student, TA and Instructor")
    return role
