"""Granting an extension, and taking it back: each adds a row, and the newest decides."""

from datetime import datetime

from sqlalchemy.orm import Session

from grader.db.models import Extension
from grader.domain.deadlines import local_time
from grader.domain.errors import InvalidRequest, NothingToDo
from grader.domain.ledger import Act
from grader.domain.reasons import checked_reason
from grader.domain.receipts import stamp
from grader.services.extensions import standing_extension
from grader.services.identity import person_by_login
from grader.services.ledger import record
from grader.services.policies import require_policy


def grant(
    session: Session,
    *,
    login: str,
    assignment: str,
    until: datetime,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Give a student until then; it goes before what they were granted earlier.

    Raises:
        NotFound: nobody on the roster has this login.
        NoPolicy: none is published for the assignment.
        InvalidRequest: it has no due time, or is due later anyway, or the reason is empty or too long.
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
    _add(session, person.id, assignment, until=until, reason=reason, actor=actor, now=now)


def withdraw(
    session: Session, *, login: str, assignment: str, reason: str, actor: str, now: datetime
) -> None:
    """Take a student's extension back; what they did meanwhile is judged without it.

    Raises:
        NotFound: nobody on the roster has this login.
        NothingToDo: they have no extension.
        InvalidRequest: the reason is empty or too long.
    """
    person = person_by_login(session, login=login)
    if standing_extension(session, assignment, person.id) is None:
        raise NothingToDo(f"{person.login} has no extension for {assignment[:100]!r}.")
    _add(session, person.id, assignment, until=None, reason=reason, actor=actor, now=now)


def _add(
    session: Session,
    person_id: int,
    assignment: str,
    *,
    until: datetime | None,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    said = checked_reason(reason)
    session.add(
        Extension(
            person_id=person_id,
            assignment=assignment,
            until=until,
            reason=said,
            actor=actor,
            created_at=now,
        )
    )
    session.flush()
    record(
        session,
        act=Act.EXTENSION if until else Act.EXTENSION_WITHDRAWN,
        actor=actor,
        about=assignment,
        reason=said,
        now=now,
        person_id=person_id,
        detail={"until": stamp(until)} if until else {},
    )
