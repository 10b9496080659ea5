"""Notes about letters to students: each is claimed before it is sent, so that nobody gets it twice."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grader.db.models import Told
from grader.services.telling.run_changes import Kind, RunChanges


class Outcome(StrEnum):
    """What happened as a letter was sent. The values stand in the table."""

    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Posting:
    """A letter about a run to a student, and who sends it."""

    run: RunChanges
    person_id: int
    actor: str


def claim(session: Session, *, posting: Posting, now: datetime) -> int | None:
    """Note that a letter is about to be sent; gives the number of the note, or None if another did so first.

    It has to be committed before the letter is sent.
    """
    run = posting.run
    earlier = events(session, run.kind, run.run, person_id=posting.person_id)
    if earlier and earlier[-1].what != Outcome.FAILED:
        return None
    number = len(earlier) + 1
    try:
        with session.begin_nested():
            session.add(_note(posting, number, Outcome.BEGUN, now))
    except IntegrityError:
        # The one key of this table that can object: somebody else has just begun with this letter.
        return None
    return number


def settle(session: Session, *, posting: Posting, number: int, failed: str, now: datetime) -> None:
    """Note what became of a letter whose note has this number: why it failed, or '' if it was sent."""
    what = Outcome.FAILED if failed else Outcome.SENT
    session.add(_note(posting, number + 1, what, now, why=failed))
    session.flush()


def _note(posting: Posting, number: int, what: Outcome, now: datetime, *, why: str = "") -> Told:
    return Told(
        kind=posting.run.kind,
        run_id=posting.run.run,
        person_id=posting.person_id,
        number=number,
        what=what,
        why=why,
        actor=posting.actor,
        created_at=now,
    )


def events(
    session: Session, kind: Kind, run_id: int, *, person_id: int | None = None
) -> list[Told]:
    """The notes about the letters of a run, or about one person's, in their order."""
    query = select(Told).where(Told.kind == kind, Told.run_id == run_id).order_by(Told.number)
    if person_id is not None:
        query = query.where(Told.person_id == person_id)
    return list(session.scalars(query))
