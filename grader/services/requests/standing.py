"""Regrade requests as they stand: who asks for what, and what staff said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from grader.db.models import Person, RegradeRequest, RequestReply
from grader.domain.requests import Decision


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """What staff said; ``number`` counts the answers, of which the newest holds."""

    number: int
    decision: Decision
    words: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A student's request about a part or, by the problem's slug, an explanation."""

    id: int
    person_id: int
    login: str
    name: str
    about: str
    reason: str
    at: datetime
    reply: RequestAnswer | None


def list_requests(
    session: Session,
    *,
    person_id: int | None = None,
    assignment: str | None = None,
    answered: bool | None = None,
    limit: int | None = None,
) -> tuple[Request, ...]:
    """Requests of everybody or one person; the unanswered oldest first, all others newest first."""
    newest = select(func.max(RequestReply.id)).group_by(RequestReply.request_id)
    query = (
        select(RegradeRequest, Person.login, Person.name, RequestReply)
        .join(Person, Person.id == RegradeRequest.person_id)
        .outerjoin(
            RequestReply,
            (RequestReply.request_id == RegradeRequest.id) & RequestReply.id.in_(newest),
        )
        .order_by(
            *(
                (RegradeRequest.created_at, RegradeRequest.id)
                if answered is False
                else (RegradeRequest.created_at.desc(), RegradeRequest.id.desc())
            )
        )
        .limit(limit)
    )
    if person_id is not None:
        query = query.where(RegradeRequest.person_id == person_id)
    if assignment is not None:
        query = query.where(RegradeRequest.assignment == assignment)
    if answered is not None:
        query = query.where(RequestReply.id.is_not(None) if answered else RequestReply.id.is_(None))
    return tuple(
        Request(
            id=row.id,
            person_id=row.person_id,
            login=login,
            name=name,
            about=row.about,
            reason=row.reason,
            at=row.created_at,
            reply=None if reply is None else _answer(reply),
        )
        for row, login, name, reply in session.execute(query)
    )


def count_waiting(session: Session, *, assignment: str) -> int:
    """How many requests about an assignment nobody has answered."""
    answered = exists().where(RequestReply.request_id == RegradeRequest.id)
    query = select(func.count()).where(RegradeRequest.assignment == assignment, ~answered)
    return session.scalars(query.select_from(RegradeRequest)).one()


def _answer(row: RequestReply) -> RequestAnswer:
    return RequestAnswer(row.number, Decision(row.decision), row.words, row.actor, row.created_at)
