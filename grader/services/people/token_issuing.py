"""Issuing API tokens: named, scoped, expiring, shown once, stored hashed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import ApiToken
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.ledger import Act
from grader.domain.lifetimes import check_lifetime
from grader.domain.receipts import stamp
from grader.domain.roles import Role, check_scopes
from grader.services.ledger.ledger import record
from grader.services.people.identity import person_by_login, token_hash
from grader.services.people.token_form import random_token
from grader.services.people.token_list import TokenInfo

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token: ``token`` is the only time that its secret is seen."""

    token: str = field(repr=False)
    info: TokenInfo


def issue_token(
    session: Session,
    *,
    login: str,
    name: str,
    lifetime: timedelta,
    actor: str,
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
    wanted = check_scopes(Role(person.role), scopes)
    shown = _check_name(name)
    check_lifetime(lifetime)
    prefix, token = random_token()
    expires_at = now + lifetime
    session.execute(
        insert(ApiToken).values(
            prefix=prefix,
            token_sha256=token_hash(token),
            person_id=person.id,
            name=shown,
            scopes=" ".join(sorted(wanted)),
            created_at=now,
            expires_at=expires_at,
        )
    )
    record(
        session,
        act=Act.ISSUED,
        actor=actor,
        about=prefix,
        reason="A program may act for this person until then.",
        now=now,
        person_id=person.id,
        detail={
            "name": shown,
            "scopes": " ".join(sorted(wanted)),
            "expires": stamp(expires_at),
        },
    )
    return IssuedToken(
        token, TokenInfo(prefix, person.login, shown, wanted, now, expires_at, None, None)
    )


def _check_name(name: str) -> str:
    shown = name.strip()
    if not shown.isprintable() or not 0 < len(shown) <= LONGEST_NAME:
        raise InvalidRequest(
            f"A token's name is 1 to {LONGEST_NAME} printable characters, such as 'laptop'."
        )
    return shown
