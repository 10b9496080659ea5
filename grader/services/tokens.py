"""API tokens ``<prefix>_<secret>``: named, scoped, expiring, revocable, shown once, stored hashed.

A token matches ``TOKEN``: a fixed start, lengths and letters, so that secret scanners can tell it from
other text. The prefix is public: it names the token in lists, logs and revocations.
"""

import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import Connection, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from grader.db.models import ApiToken, Person
from grader.domain.errors import InvalidRequest, NotAllowed, NotFound
from grader.domain.lifetimes import check_lifetime, parse_lifetime
from grader.domain.roles import STAFF_SCOPES, Role
from grader.services.identity import (
    PERSON_COLUMNS,
    Principal,
    fingerprint,
    person_by_login,
    principal_of,
)

__all__ = [
    "TOKEN",
    "IssuedToken",
    "TokenInfo",
    "TokenPrincipal",
    "issue_token",
    "list_tokens",
    "parse_lifetime",
    "revoke_token",
    "token_principal",
    "touch_token",
]

TOKEN = re.compile(r"(?P<prefix>pg[a-z2-7]{8})_[a-z2-7]{56}")
LONGEST_NAME = 80
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be shown of a token: everything but its secret."""

    prefix: str
    login: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token: ``token`` is the only time that its secret is seen."""

    token: str = field(repr=False)
    info: TokenInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrincipal(Principal):
    """Who acts by a token. ``needs_touch`` tells a reading request whether a write is due afterwards."""

    prefix: str
    needs_touch: bool


def issue_token(
    session: Session,
    *,
    login: str,
    name: str,
    lifetime: timedelta,
    now: datetime,
    scopes: Iterable[str] | None = None,
) -> IssuedToken:
    """Make a token for an active person; without ``scopes`` it covers all that the role may.

    Raises:
        NotFound: nobody active has this login.
        InvalidRequest: the name, the lifetime or a scope is not acceptable.
        NotAllowed: a scope is not for this person's role.
    """
    person = person_by_login(session, login=login)
    if not person.active:
        raise NotFound(f"{person.login} is no longer on the roster, so gets no token.")
    wanted = _check_scopes(Role(person.role), scopes)
    shown = _check_name(name)
    check_lifetime(lifetime)
    prefix, secret = f"pg{_random(5)}", _random(35)
    token = f"{prefix}_{secret}"
    expires_at = now + lifetime
    session.execute(
        insert(ApiToken).values(
            prefix=prefix,
            token_sha256=fingerprint(token),
            person_id=person.id,
            name=shown,
            scopes=" ".join(sorted(wanted)),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return IssuedToken(
        token, TokenInfo(prefix, person.login, shown, wanted, now, expires_at, None, None)
    )


def list_tokens(session: Session, *, login: str | None = None) -> list[TokenInfo]:
    """The tokens of one person, or of everybody, oldest first; expired and revoked ones too.

    Raises:
        NotFound: nobody has this login.
    """
    query = (
        select(
            ApiToken.prefix,
            Person.login,
            ApiToken.name,
            ApiToken.scopes,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.last_used_at,
            ApiToken.revoked_at,
        )
        .join(Person, Person.id == ApiToken.person_id)
        .order_by(ApiToken.created_at, ApiToken.prefix)
    )
    if login is not None:
        query = query.where(ApiToken.person_id == person_by_login(session, login=login).id)
    return [
        TokenInfo(prefix, of, name, frozenset(scopes.split()), created, expires, used, revoked)
        for prefix, of, name, scopes, created, expires, used, revoked in session.execute(query)
    ]


def revoke_token(
    session: Session, *, prefix: str, now: datetime, person_id: int | None = None
) -> None:
    """End a token; ending it again changes nothing. With ``person_id`` it has to be that person's.

    Raises:
        NotFound: there is no such token, or it is another's.
    """
    owner = None
    # PostgreSQL does not take a NUL or half a character; no prefix holds one.
    if prefix.isprintable():
        owner = session.scalar(select(ApiToken.person_id).where(ApiToken.prefix == prefix))
    if owner is None or person_id not in {None, owner}:
        raise NotFound(f"There is no token {prefix[:40]!r}.")
    session.execute(
        update(ApiToken)
        .where(ApiToken.prefix == prefix, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


# Every request of the API asks this, so it is built once and needs no objects.
_BY_PREFIX = (
    select(*PERSON_COLUMNS, ApiToken.token_sha256, ApiToken.scopes, ApiToken.last_used_at)
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(
        ApiToken.prefix == bindparam("prefix"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
        Person.active,
    )
)


def token_principal(
    session: Session | Connection, *, token: str, now: datetime
) -> TokenPrincipal | None:
    """Who acts by this token; None if it is unknown, expired or revoked, or the person not active.

    Scopes that the person's role no longer covers are gone: a token does not outlive a demotion.
    """
    match = TOKEN.fullmatch(token)
    if match is None:
        return None
    found = {"prefix": match["prefix"], "now": now}
    row = session.execute(_BY_PREFIX, found).one_or_none()
    if row is None or not compare_digest(row.token_sha256, fingerprint(token)):
        return None
    person = principal_of(row)
    return TokenPrincipal(
        person_id=person.person_id,
        login=person.login,
        name=person.name,
        role=person.role,
        section=person.section,
        scopes=person.role.scopes & frozenset(row.scopes.split()),
        email=person.email,
        prefix=match["prefix"],
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


def _check_scopes(role: Role, scopes: Iterable[str] | None) -> frozenset[str]:
    wanted = role.scopes if scopes is None else frozenset(scopes)
    unknown = sorted(wanted - STAFF_SCOPES)
    if unknown or not wanted:
        known = ", ".join(sorted(STAFF_SCOPES))
        named = f"; {unknown[0][:40]!r} is none of them" if unknown else ", and a token needs one"
        raise InvalidRequest(f"The scopes are {known}{named}.")
    if not wanted <= role.scopes:
        raise NotAllowed("A student's token can't have the scope 'staff'.")
    return wanted


def _check_name(name: str) -> str:
    shown = name.strip()
    if not shown.isprintable() or not 0 < len(shown) <= LONGEST_NAME:
        raise InvalidRequest(
            f"A token's name is 1 to {LONGEST_NAME} printable characters, such as 'laptop'."
        )
    return shown


def _random(count: int) -> str:
    # A multiple of five bytes needs no padding in base 32, which a double click selects as one word.
    return b32encode(secrets.token_bytes(count)).decode().lower()
