"""The roster as staff read it: everybody who is or was in the course, and when they were last here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import BrowserSession, Person
from grader.domain.errors import NotFound
from grader.domain.logins import fold
from grader.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of the roster; ``last_seen`` is when they last signed in with a browser."""

    login: str
    name: str
    email: str
    sis_user_id: str
    section: str
    role: Role
    active: bool
    last_seen: datetime | None


def list_people(session: Session) -> list[Listed]:
    """Everybody in one statement, staff first, then by name; those who were dropped come last."""
    last_seen = (
        select(func.max(BrowserSession.created_at))
        .where(BrowserSession.person_id == Person.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Person.login,
            Person.name,
            Person.email,
            Person.sis_user_id,
            Person.section,
            Person.role,
            Person.active,
            last_seen,
        )
    )
    found = [Listed(*row[:5], Role(row[5]), *row[6:]) for row in rows]
    return sorted(found, key=lambda each: (not each.active, not each.role.is_staff, *_name(each)))


def narrow(
    people: Iterable[Listed], *, search: str = "", section: str = "", role: str = "", who: str = ""
) -> list[Listed]:
    """Those whose name, login, address or number holds the text; ``who`` is active, dropped or all."""
    wanted = fold(search)
    return [
        each
        for each in people
        if (who == "all" or each.active is (who != "dropped"))
        and section in {"", each.section}
        and role in {"", each.role}
        and any(
            wanted in fold(text) for text in (each.name, each.login, each.email, each.sis_user_id)
        )
    ]


def _name(each: Listed) -> tuple[str, str]:
    return fold(each.name), each.login


def find_person(session: Session, *, login: str) -> Person:
    """Someone on the roster, active or not, for staff.

    Raises:
        NotFound: nobody has this login.
    """
    found = select(Person).where(Person.login == login)
    # PostgreSQL takes no NUL, and no database half a character.
    person = session.scalar(found) if login.isprintable() else None
    if person is None:
        raise NotFound("There is no such person on the roster.")
    return person
