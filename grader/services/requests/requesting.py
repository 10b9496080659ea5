"""Asking for a regrade, and answering: each adds a row, and no score changes by it."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Explanation, RegradeRequest, RequestReply, Submission
from grader.db.turns import wait_for_turn
from grader.domain.errors import CannotAsk, InvalidRequest, NotAllowed, NotFound
from grader.domain.explanations import tidy
from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.domain.requests import LONGEST, Asked, Decision, objection
from grader.services.ledger.ledger import record
from grader.services.policies.extensions import own_dates
from grader.services.policies.publishing import no_policy
from grader.services.requests.standing import list_requests


def ask(
    session: Session, *, course: Course, person_id: int, about: str, reason: str, now: datetime
) -> None:
    """Ask for a part or an explanation to be looked at again. Sent twice, it is one request.

    Raises:
        NotFound: there is no such part or problem.
        NoPolicy: none is published for the assignment.
        InvalidRequest: the reason is empty or too long.
        CannotAsk: too late, too often, still unanswered, or nothing was handed in.
    """
    assignment = course.assignment(about.partition("/")[0])
    if assignment is None or (course.part(about) is None and course.problem(about) is None):
        raise NotFound("There is no such part or problem.")
    said = _checked(reason, "Say what should be looked at again, and why")
    wait_for_turn(session, f"regrade requests of {person_id} for {assignment.slug}")
    dates = own_dates(session, assignment.slug, person_id)
    if dates is None:
        raise no_policy(assignment.slug)
    made = list_requests(session, person_id=person_id, assignment=assignment.slug)
    waiting = [each.reason for each in made if each.about == about and each.reply is None]
    if said in waiting:
        return
    asked = Asked(len(made), handed_in(session, person_id=person_id, about=about), bool(waiting))
    refusal = objection(assignment.requests, dates[0], asked, now)
    if refusal is not None:
        raise CannotAsk(refusal)
    session.add(
        RegradeRequest(
            person_id=person_id,
            assignment=assignment.slug,
            number=len(made) + 1,
            about=about,
            reason=said,
            created_at=now,
        )
    )
    session.flush()


def answer(
    session: Session,
    *,
    request_id: int,
    decision: Decision,
    words: str,
    actor: str,
    person_id: int | None,
    seen: int | None,
    now: datetime,
) -> None:
    """Answer a request, or answer it anew; ``seen`` is how many answers the writer has read, if that counts.

    Raises:
        NotFound: there is no such request.
        NotAllowed: it is the writer's own.
        InvalidRequest: the words are empty or too long.
        ChangedMeanwhile: somebody else has answered since.
    """
    said = _checked(words, "Say what you found; the student reads it")
    wait_for_turn(session, f"answers to regrade request {request_id}")
    request = session.get(RegradeRequest, request_id)
    if request is None:
        raise NotFound(f"There is no regrade request {request_id}.")
    if request.person_id == person_id:
        raise NotAllowed("This request is your own: somebody else has to answer it.")
    replies = select(func.count()).where(RequestReply.request_id == request_id)
    there = session.scalars(replies).one()
    if seen not in {None, there}:
        raise ChangedMeanwhile("Somebody else has answered this request meanwhile. Read it first.")
    session.add(
        RequestReply(
            request_id=request_id,
            number=there + 1,
            decision=decision,
            words=said,
            actor=actor,
            created_at=now,
        )
    )
    session.flush()
    record(
        session,
        act=Act.REQUEST_ANSWERED,
        actor=actor,
        about=request.about,
        reason=said,
        now=now,
        person_id=request.person_id,
        detail={"request": request_id, "answer": there + 1, "decision": decision.value},
    )


def handed_in(session: Session, *, person_id: int, about: str) -> bool:
    """Whether there is an answer to this part, or an explanation of this problem."""
    answers = exists().where(Submission.person_id == person_id, Submission.part == about)
    texts = exists().where(Explanation.person_id == person_id, Explanation.problem == about)
    return bool(session.scalar(select(answers | texts)))


def _checked(text: str, wanted: str) -> str:
    said = tidy(text).strip()
    if not said or len(said) > LONGEST:
        raise InvalidRequest(f"{wanted}, in at most {LONGEST:,} characters ({len(said):,} now).")
    return said
