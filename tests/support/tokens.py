"""Tokens of tests: issued to one person, and asked who acts by them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from grader.services.people.token_issuing import IssuedToken, issue_token
from grader.services.people.token_principals import TokenPrincipal, token_principal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
STUDENT = frozenset({"read", "submit"})
STAFF = STUDENT | {"staff"}


def issue(
    session: Session,
    login: str = "ada",
    *,
    name: str = "laptop",
    scopes: list[str] | None = None,
    lifetime: timedelta = DAY,
    now: datetime = NOW,
) -> IssuedToken:
    return issue_token(
        session, login=login, name=name, lifetime=lifetime, actor="op", now=now, scopes=scopes
    )


def who(session: Session, token: str, now: datetime = NOW) -> TokenPrincipal | None:
    return token_principal(session.connection(), token=token, now=now)
