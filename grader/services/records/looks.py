"""Looks of staff at one student's record: noted as they happen, and told to the student."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from grader.db.models import LedgerBody, LedgerLink, Person, RecordLook, table
from grader.db.turns import wait_for_turn
from grader.domain.ledger import Act

EVERY = timedelta(hours=1)
RECORD = "record"
"""What the ledger's entry is about where an operator wrote a student's record to a file."""


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked, when, and at which page; an operator is named as the ledger names them."""

    who: str
    page: str
    at: datetime


def is_noted(session: Session, *, reader_id: int, person_id: int, now: datetime) -> bool:
    """Whether nothing is to be noted: it is their own record, or they looked within the hour."""
    if reader_id == person_id:
        return True
    lately = exists().where(
        RecordLook.person_id == person_id,
        RecordLook.reader_id == reader_id,
        RecordLook.created_at > now - EVERY,
    )
    return session.scalars(select(lately)).one()


def note_look(
    session: Session, *, reader_id: int, person_id: int, page: str, now: datetime
) -> None:
    """Note that a member of staff looks at a student's record, unless they did within the hour."""
    wait_for_turn(session, f"look of {reader_id} at {person_id}")
    if not is_noted(session, reader_id=reader_id, person_id=person_id, now=now):
        row = {"reader_id": reader_id, "person_id": person_id, "page": page, "created_at": now}
        session.execute(insert(table(RecordLook)), row)


def looks_at(session: Session, *, person_id: int) -> list[Look]:
    """Who looked at this person's record, the newest first: staff at pages, and operators by a file."""
    pages = session.execute(
        select(Person.name, RecordLook.page, RecordLook.created_at)
        .join(Person, Person.id == RecordLook.reader_id)
        .where(RecordLook.person_id == person_id)
    )
    files = session.execute(
        select(LedgerBody.actor, LedgerBody.about, LedgerLink.at)
        .join(LedgerLink, LedgerLink.number == LedgerBody.number)
        .where(
            LedgerBody.person_id == person_id,
            LedgerBody.about == RECORD,
            LedgerLink.act == Act.EXPORT,
        )
    )
    looks = [Look(*row) for row in (*pages, *files)]
    return sorted(looks, key=lambda each: each.at, reverse=True)
