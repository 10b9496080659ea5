"""Granting an extension, and taking it back: each adds a row, and the newest decides."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Extension
from grader.db.turns import wait_for_turn
from grader.domain.deadlines import local_time
from grader.domain.errors import InvalidRequest, NothingToDo
from grader.domain.ledger import Act
from grader.domain.reasons import checked_reason
from grader.domain.receipts import stamp
from grader.services.ledger.ledger import record
from grader.services.people.identity import person_by_login
from grader.services.policies.extensions import standing_extension
from grader.services.policies.publishing import require_policy


@dataclass(frozen=True, slots=True)
class Entered:
    """What an entry says: until when (None: not any more), why, and by whom."""

    until: datetime | None
    reason: str
    actor: str


def grant(
    session: Session,
    *,
    login: str,
    assignment: str,
    until: datetime,
    reason: str,
    actor: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Give a student until then; it goes before what they were granted earlier.

    ``seen`` is how many entries about the student and the assignment the writer has read; None where that
    does not count.

    Raises:
        NotFound: nobody on the roster has this login.
        NoPolicy: none is published for the assignment.
        InvalidRequest: it has no due time, or is due later anyway, or the reason is empty or too long.
        ChangedMeanwhile: somebody else has entered something since.
    """
    person = person_by_login(session, login=login)
    policy = require_policy(session, assignment)
    if policy.due is None:
        raise InvalidRequest(f"{assignment} has no due time, so there is nothing to extend.")
    if until <= policy.due:
        due = local_time(policy, policy.due)
        raise InvalidRequest(
            f"{assignment} is due on {due} for everybody: an extension has to end later than that."
        )
    entered = Entered(until, checked_reason(reason), actor)
    _add(session, person.id, assignment, entered, seen=seen, now=now)


def withdraw(
    session: Session,
    *,
    login: str,
    assignment: str,
    reason: str,
    actor: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Take a student's extension back; what they did meanwhile is judged without it.

    Raises:
        NotFound: nobody on the roster has this login.
        NothingToDo: they have no extension.
        InvalidRequest: the reason is empty or too long.
        ChangedMeanwhile: somebody else has entered something since.
    """
    person = person_by_login(session, login=login)
    entered = Entered(None, checked_reason(reason), actor)
    if standing_extension(session, assignment, person.id) is None:
        if seen is not None and _newest(session, person.id, assignment)[1] == entered:
            return  # The same form, sent twice.
        raise NothingToDo(f"{person.login} has no extension for {assignment[:100]!r}.")
    _add(session, person.id, assignment, entered, seen=seen, now=now)


def _add(
    session: Session,
    person_id: int,
    assignment: str,
    entered: Entered,
    *,
    seen: int | None,
    now: datetime,
) -> None:
    wait_for_turn(session, f"extensions of {person_id} for {assignment}")
    there, newest = _newest(session, person_id, assignment)
    if seen is not None and newest == entered:
        return  # The same form, sent twice.
    if seen not in {None, there}:
        raise ChangedMeanwhile(
            "Somebody else has changed this extension meanwhile. Nothing was changed. Look at it first."
        )
    session.add(
        Extension(
            person_id=person_id,
            assignment=assignment,
            until=entered.until,
            reason=entered.reason,
            actor=entered.actor,
            created_at=now,
        )
    )
    session.flush()
    record(
        session,
        act=Act.EXTENSION if entered.until else Act.EXTENSION_WITHDRAWN,
        actor=entered.actor,
        about=assignment,
        reason=entered.reason,
        now=now,
        person_id=person_id,
        detail={"until": stamp(entered.until)} if entered.until else {},
    )


def _newest(session: Session, person_id: int, assignment: str) -> tuple[int, Entered | None]:
    """How many entries there are about a student and an assignment, and the newest."""
    rows = session.scalars(
        select(Extension)
        .where(Extension.person_id == person_id, Extension.assignment == assignment)
        .order_by(Extension.id)
    ).all()
    if not rows:
        return 0, None
    return len(rows), Entered(rows[-1].until, rows[-1].reason, rows[-1].actor)
