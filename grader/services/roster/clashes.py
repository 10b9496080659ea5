"""Two active people must not share what stands for one of them: an address or a SIS user ID."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from grader.domain.errors import ImportRefused
from grader.domain.logins import fold
from grader.services.roster.entry import RosterEntry
from grader.services.roster.rosterfile import MOST_PROBLEMS

_UNIQUE = {"email": "e-mail address", "sis_user_id": "SIS user ID"}


def check_clashes(
    entries: Iterable[RosterEntry],
    known: Mapping[str, Row[*tuple[Any, ...]]],
    staying: Iterable[Row[Any]],
) -> None:
    """Refuse what would make two active people share an address or a SIS user ID.

    An address stands for one person when it is used to sign in, as the id does in other tools' files.

    Raises:
        ImportRefused: there is such a clash.
    """
    staying = list(staying)
    problems: list[str] = []
    for name, title in _UNIQUE.items():
        owners = {fold(getattr(person, name)): person.login for person in staying}
        for entry in entries:
            stated = getattr(entry, name)
            if stated is None and entry.login in known:
                stated = getattr(known[entry.login], name)
            owner = owners.setdefault(fold(stated), entry.login) if stated else entry.login
            if owner != entry.login:
                problems.append(f"row {entry.row}: the {title} {stated!r} is that of {owner}")
    if problems:
        raise ImportRefused(
            "The roster clashes with people whom we know, so nothing of it was taken.",
            problems=tuple(problems[:MOST_PROBLEMS]),
        )
