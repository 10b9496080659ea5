"""Who acts by an API token, and when it was last used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update
from sqlalchemy.orm import Session

from grader.db.models import ApiToken, Person
from grader.db.prepared import Prepared
from grader.services.people.identity import PERSON_COLUMNS, Principal, principal_of, token_hash
from grader.services.people.token_form import TOKEN

TOUCH_EVERY = timedelta(minutes=1)

_TOKEN_COLUMNS = ApiToken.prefix, ApiToken.token_sha256, ApiToken.scopes, ApiToken.last_used_at

BY_PREFIX = (
    select(*PERSON_COLUMNS, *_TOKEN_COLUMNS)
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(
        ApiToken.prefix == bindparam("prefix"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
        Person.active,
    )
)
# Every request of the API asks this.
_BY_PREFIX = Prepared(BY_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrincipal(Principal):
    """Who acts by a token. ``needs_touch`` tells a reading request whether a write is due afterwards."""

    prefix: str
    needs_touch: bool


def token_principal(connection: Connection, *, token: str, now: datetime) -> TokenPrincipal | None:
    """Who acts by this token; None if it is unknown, expired or revoked, or the person not active.

    Scopes that the person's role no longer covers are gone: a token does not outlive a demotion.
    """
    rows = rows_of(connection, _BY_PREFIX, {}, token=token, now=now)
    return principal_in(rows[0], now) if rows else None


def rows_of(
    connection: Connection,
    statement: Prepared,
    asked: Mapping[str, object],
    *,
    token: str,
    now: datetime,
) -> Sequence[Any]:
    """What ``BY_PREFIX``, or a statement made of it, finds for this very token; nothing for another."""
    match = TOKEN.fullmatch(token)
    if match is None:
        return ()
    rows = statement.rows(connection, {"prefix": match["prefix"], "now": now, **asked})
    ours = bool(rows) and compare_digest(rows[0].token_sha256, token_hash(token))
    return rows if ours else ()


def principal_in(row: Row[*tuple[Any, ...]], now: datetime) -> TokenPrincipal:
    """Who acts, from a row of ``rows_of``."""
    person = principal_of(row)
    return TokenPrincipal(
        person_id=person.person_id,
        login=person.login,
        name=person.name,
        role=person.role,
        section=person.section,
        scopes=person.role.scopes & frozenset(row.scopes.split()),
        email=person.email,
        prefix=row.prefix,
        needs_touch=row.last_used_at is None or row.last_used_at <= now - TOUCH_EVERY,
    )


def touch_token(session: Session, *, prefix: str, now: datetime) -> None:
    """Note that a token was used, at most once a minute however many requests ask for it."""
    session.execute(
        update(ApiToken)
        .where(
            ApiToken.prefix == prefix,
            or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - TOUCH_EVERY),
        )
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
