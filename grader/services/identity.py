"""Who someone is: one-time sign-in links and browser sessions, both stored only as hashes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from grader.db.models import BrowserSession, Person, SigninLink
from grader.domain.errors import NotFound
from grader.domain.logins import fold
from grader.domain.roles import Role

LINK_QUOTA = 5
LINK_QUOTA_WINDOW = timedelta(minutes=15)
LONGEST_LOGIN_OR_EMAIL = 254

PERSON_COLUMNS = (
    Person.id,
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
        person_id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        section=row.section,
        scopes=None,
        email=row.email,
    )


def person_by_login(session: Session, *, login: str) -> Row[*tuple[Any, ...]]:
    """The row of whoever has this login in any case: ``PERSON_COLUMNS`` and ``active``.

    Raises:
        NotFound: nobody has it.
    """
    wanted = fold(login)
    row = None
    if wanted.isprintable():  # PostgreSQL takes no NUL, and no database half a character.
        row = session.execute(
            select(*PERSON_COLUMNS, Person.active).where(func.lower(Person.login) == wanted)
        ).one_or_none()
    if row is None:
        raise NotFound(f"Nobody on the roster has the login {login[:100]!r}.")
    return row


def make_signin_link(
    session: Session,
    *,
    login_or_email: str,
    now: datetime,
    lifetime: timedelta,
    limited: bool = True,
) -> tuple[Principal, str] | None:
    """A new one-time token and whom it signs in, or None.

    None means nobody, not active, an address that two people share, or ``LINK_QUOTA`` links within
    ``LINK_QUOTA_WINDOW``. The page must look the same for all of these, or it would tell who is on the
    roster. ``limited=False`` is for operators, who answer for themselves.
    """
    person = _lock_active(session, login_or_email)
    if person is None or (limited and _quota_used_up(session, person.id, now)):
        return None
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(SigninLink).values(
            token_sha256=_fingerprint(token),
            person_id=person.id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return principal_of(person), token


def peek_link(session: Session, *, token: str, now: datetime) -> Principal:
    """Whom a link would sign in; consumes nothing, since mail scanners open links too.

    Raises:
        NotFound: the link is unknown, expired or used, or the person is not active.
    """
    row = session.execute(
        select(*PERSON_COLUMNS)
        .join(SigninLink, SigninLink.person_id == Person.id)
        .where(
            SigninLink.token_sha256 == _fingerprint(token),
            SigninLink.consumed_at.is_(None),
            SigninLink.expires_at > now,
            Person.active,
        )
    ).one_or_none()
    if row is None:
        raise _dead_link()
    return principal_of(row)


def consume_link(session: Session, *, token: str, now: datetime, lifetime: timedelta) -> str:
    """Use up a link and open a browser session of this lifetime; returns the session's token.

    Raises:
        NotFound: the link is unknown, expired or used, or the person is not active.
    """
    # One statement both asks and marks: of two requests at once, the second finds it consumed.
    person_id = session.execute(
        update(SigninLink)
        .where(
            SigninLink.token_sha256 == _fingerprint(token),
            SigninLink.consumed_at.is_(None),
            SigninLink.expires_at > now,
            SigninLink.person_id.in_(select(Person.id).where(Person.active)),
        )
        .values(consumed_at=now)
        .returning(SigninLink.person_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if person_id is None:
        raise _dead_link()
    opened = secrets.token_urlsafe(32)
    session.execute(
        insert(BrowserSession).values(
            token_sha256=_fingerprint(opened),
            person_id=person_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return opened


# Every request of a page asks this, so it is built once and needs no objects.
_BY_SESSION = (
    select(*PERSON_COLUMNS)
    .join(BrowserSession, BrowserSession.person_id == Person.id)
    .where(
        BrowserSession.token_sha256 == bindparam("token"),
        BrowserSession.revoked_at.is_(None),
        BrowserSession.expires_at > bindparam("now"),
        Person.active,
    )
)


def session_principal(session: Session, *, token: str, now: datetime) -> Principal | None:
    """Who is signed in with this session token; None if it is unknown, expired or ended.

    The person is read each time, so that a drop from the roster or a change of role counts at once.
    """
    found = {"token": _fingerprint(token), "now": now}
    row = session.connection().execute(_BY_SESSION, found).one_or_none()
    return None if row is None else principal_of(row)


def end_session(session: Session, *, token: str, now: datetime) -> None:
    """Sign one browser out. An unknown or ended session is left as it is."""
    session.execute(
        update(BrowserSession)
        .where(
            BrowserSession.token_sha256 == _fingerprint(token), BrowserSession.revoked_at.is_(None)
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def end_all_sessions(session: Session, *, person_id: int, now: datetime) -> None:
    """Sign a person out of every browser."""
    session.execute(
        update(BrowserSession)
        .where(BrowserSession.person_id == person_id, BrowserSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def _lock_active(session: Session, login_or_email: str) -> Row[*tuple[Any, ...]] | None:
    wanted = fold(login_or_email)
    # An empty text would match everybody without an address; no database takes half a character.
    if not wanted.isprintable() or not 0 < len(wanted) <= LONGEST_LOGIN_OR_EMAIL:
        return None
    rows = session.execute(
        select(*PERSON_COLUMNS)
        .where(
            or_(func.lower(Person.login) == wanted, func.lower(Person.email) == wanted),
            Person.active,
        )
        # Requests for one person pass one at a time, so that the quota is exact.
        .with_for_update(key_share=True)
    ).all()
    # Someone's login may be another's address; the login goes first.
    found = [row for row in rows if fold(row.login) == wanted] or rows
    return found[0] if len(found) == 1 else None


def _quota_used_up(session: Session, person_id: int, now: datetime) -> bool:
    issued = session.scalar(
        select(func.count())
        .select_from(SigninLink)
        .where(SigninLink.person_id == person_id, SigninLink.created_at > now - LINK_QUOTA_WINDOW)
    )
    return (issued or 0) >= LINK_QUOTA


def _dead_link() -> NotFound:
    # One sentence for every cause: a guessed token must not learn which it was.
    return NotFound(
        "This sign-in link does not work. It can be used once and only for a short time; "
        "please ask for a new one."
    )


def _fingerprint(token: str) -> str:
    # A cookie can hold any text, half characters too; it must fail as unknown and not as an error.
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
