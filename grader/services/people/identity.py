"""Who someone is, and the hash by which their secrets are stored."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.errors import NotFound
from grader.domain.logins import fold
from grader.domain.roles import Role

PERSON_COLUMNS = (
    Person.id.label("person_id"),
    Person.login,
    Person.name,
    Person.role,
    Person.section,
    Person.email,
)
"""What ``principal_of`` needs of a row."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The person who acts. ``scopes`` None is a browser session: everything that the role may.

    ``email`` is where a sign-in link is sent to; it is empty when the roster knows no address.
    """

    person_id: int
    login: str
    name: str
    role: Role
    section: str
    scopes: frozenset[str] | None
    email: str = ""

    def may(self, scope: str) -> bool:
        """Whether the role covers a scope, and the token too if there is one."""
        return scope in self.role.scopes and (self.scopes is None or scope in self.scopes)


def principal_of(row: Row[*tuple[Any, ...]]) -> Principal:
    """The principal of a browser session, from ``PERSON_COLUMNS``."""
    return Principal(
        person_id=row.person_id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        section=row.section,
        scopes=None,
        email=row.email,
    )


def person_by_login(session: Session, *, login: str) -> Row[*tuple[Any, ...]]:
    """The row of whoever has this login in any case: ``PERSON_COLUMNS``, ``id`` and ``active``.

    Raises:
        NotFound: nobody has it.
    """
    wanted = fold(login)
    row = None
    if wanted.isprintable():  # PostgreSQL takes no NUL, and no database half a character.
        row = session.execute(
            select(*PERSON_COLUMNS, Person.id, Person.active).where(
                func.lower(Person.login) == wanted
            )
        ).one_or_none()
    if row is None:
        raise NotFound(f"Nobody on the roster has the login {login[:100]!r}.")
    return row


def token_hash(secret: str) -> str:
    """What is stored of a token: its SHA-256, so that a copy of the database signs nobody in."""
    # A cookie can hold any text, half characters too; it must fail as unknown and not as an error.
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
