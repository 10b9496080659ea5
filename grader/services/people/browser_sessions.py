"""Browser sessions: rows, so that they can be ended, and stored only as hashes."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Session

from grader.db.models import BrowserSession, Person
from grader.services.people.identity import PERSON_COLUMNS, Principal, principal_of, token_hash

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


def open_session(session: Session, *, person_id: int, now: datetime, lifetime: timedelta) -> str:
    """Sign a browser in; returns the token that it keeps."""
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(BrowserSession).values(
            token_sha256=token_hash(token),
            person_id=person_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def session_principal(
    session: Session | Connection, *, token: str, now: datetime
) -> Principal | None:
    """Who is signed in with this session token; None if it is unknown, expired or ended.

    The person is read each time, so that a drop from the roster or a change of role counts at once.
    """
    found = {"token": token_hash(token), "now": now}
    row = session.execute(_BY_SESSION, found).one_or_none()
    return None if row is None else principal_of(row)


def end_session(session: Session, *, token: str, now: datetime) -> None:
    """Sign one browser out. An unknown or ended session is left as it is."""
    session.execute(
        update(BrowserSession)
        .where(
            BrowserSession.token_sha256 == token_hash(token), BrowserSession.revoked_at.is_(None)
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
