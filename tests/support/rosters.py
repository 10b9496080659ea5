"""Rosters of tests: planned and applied from the text of a file."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.services.roster.applying import apply_roster
from grader.services.roster.changes import RosterPlan
from grader.services.roster.planning import plan_roster
from grader.services.roster.rosterfile import read_roster

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = "login,name,email,sid,section,role\n"


def plan(session: Session, text: str, *, drop_missing: bool = True) -> RosterPlan:
    return plan_roster(session, read_roster(text.encode()), drop_missing=drop_missing)


def apply(session: Session, text: str, **options: bool) -> RosterPlan:
    made = plan(session, text)
    apply_roster(session, plan=made, actor="op", now=NOW, **options)
    return made


def people(session: Session) -> dict[str, tuple[Any, ...]]:
    rows = session.execute(
        select(
            Person.login,
            Person.name,
            Person.email,
            Person.sis_user_id,
            Person.section,
            Person.role,
            Person.active,
        ).order_by(Person.id)
    )
    return {login: tuple(rest) for login, *rest in rows}


def logins(session: Session) -> set[str]:
    """Who is active."""
    return {login for login, (*_, active) in people(session).items() if active}
