"""Who acts by an API token, and when it was last used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Session

from grader.db.models import ApiToken, Person
from grader.services.identity import PERSON_COLUMNS, Principal, principal_of, token_hash
from grader.services.token_form import TOKEN

TOUCH_EVERY = timedelta(minutes=1)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrincipal(Principal):
    """Who acts by a token. ``needs_touch`` tells a reading request whether a write is due afterwards."""

    prefix: str
    needs_touch: bool


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
    if row is None or not compare_digest(row.token_sha256, token_hash(token)):
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
