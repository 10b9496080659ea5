"""API tokens as people see them: listed without their secrets, and revoked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.db.models import ApiToken, Person
from grader.db.turns import wait_for_turn
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.ledger import Act
from grader.services.ledger.ledger import record
from grader.services.people.identity import person_by_login

MOST_LIVE = 20
"""How many tokens that work somebody may have and still make another; operators give more."""


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

    def live(self, now: datetime) -> bool:
        """Whether it still signs somebody in, if its owner is on the roster."""
        return self.revoked_at is None and self.expires_at > now


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


def check_another(session: Session, *, login: str, name: str, now: datetime) -> None:
    """Let a person make one more token of this name for themselves.

    Nobody gets two of one name at a time, so that a form that is sent twice makes one.

    Raises:
        InvalidRequest: a live token of this person is called so, or they have ``MOST_LIVE``.
    """
    wait_for_turn(session, f"tokens of {login}")
    called = [each.name for each in list_tokens(session, login=login) if each.live(now)]
    if name.strip() in called:
        raise InvalidRequest(
            f"You have a token called {name.strip()!r} already. If you lost it, revoke it and make another."
        )
    if len(called) >= MOST_LIVE:
        raise InvalidRequest(
            f"You have {len(called)} tokens that work, as many as one person makes: revoke one first."
        )


def revoke_token(
    session: Session, *, prefix: str, actor: str, now: datetime, person_id: int | None = None
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
    ended = session.execute(
        update(ApiToken)
        .where(ApiToken.prefix == prefix, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.prefix)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        record(
            session,
            act=Act.REVOKED,
            actor=actor,
            about=prefix,
            reason="The token was ended by hand.",
            now=now,
            person_id=owner,
        )
