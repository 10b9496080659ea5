"""One-time sign-in links, stored only as hashes; using one up opens a browser session."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.orm import Session

from grader.db.models import Person, SigninLink
from grader.domain.errors import NotFound
from grader.domain.logins import fold
from grader.services.people.browser_sessions import open_session
from grader.services.people.identity import PERSON_COLUMNS, Principal, principal_of, token_hash

LINK_QUOTA = 5
LINK_QUOTA_WINDOW = timedelta(minutes=15)
LONGEST_LOGIN_OR_EMAIL = 254


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
    if person is None or (limited and _quota_used_up(session, person.person_id, now)):
        return None
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(SigninLink).values(
            token_sha256=token_hash(token),
            person_id=person.person_id,
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
            SigninLink.token_sha256 == token_hash(token),
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
            SigninLink.token_sha256 == token_hash(token),
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
    return open_session(session, person_id=person_id, now=now, lifetime=lifetime)


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
        "A sign-in link works once, and only for a short time. Please ask for a new one."
    )
