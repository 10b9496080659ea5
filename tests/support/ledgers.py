"""Ledgers of tests: acts written into one, and changed behind its back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from grader.domain.ledger import Act
from grader.services.ledger.ledger import record

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)


def act(
    session: Session,
    about: str = "pset7",
    *,
    what: Act = Act.OVERRIDE,
    actor: str = "tia",
    person: int | None = None,
    reason: str = "A typing slip.",
    minutes: int = 0,
    detail: dict[str, Any] | None = None,
) -> int:
    return record(
        session,
        act=what,
        actor=actor,
        about=about,
        reason=reason,
        now=AT + timedelta(minutes=minutes),
        person_id=person,
        detail=detail or {"points": "3.5"},
    )


def tamper(engine: Engine, statement: str) -> None:
    """Change the ledger as somebody could who holds the database."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for table in ("ledger", "ledger_bodies"):
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))
