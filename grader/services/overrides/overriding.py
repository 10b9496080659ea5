"""Deciding a student's score by hand: points for a part, an excuse, and taking either back.

Each is a row more; the newest about the same thing holds. The student reads the reason.
"""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Override
from grader.domain.decisions import Decider, DecisionKind
from grader.domain.errors import InvalidRequest, NotFound, NothingToDo
from grader.domain.grammar import canonical
from grader.domain.powers import check_not_own
from grader.domain.problem import Course
from grader.domain.reasons import checked_reason
from grader.services.ledger.ledger import record_all
from grader.services.overrides.rows import NewDecision, store_decisions, take_turns
from grader.services.people.identity import person_by_login
from grader.services.policies.publishing import require_policy


def override(
    session: Session,
    *,
    course: Course,
    login: str,
    about: str,
    points: Decimal,
    by: Decider,
    seen: int | None,
) -> None:
    """Give a student these points for a part, whatever their answers give.

    ``seen`` is how many decisions about the part the writer has read; None where that does not count.

    Raises:
        NotFound: there is no such student or part.
        NoPolicy: none is published for the assignment.
        NotAllowed: it is the writer's own work.
        InvalidRequest: the points are not between 0 and the part's, or the reason is none.
        ChangedMeanwhile: somebody else has decided about the part since.
    """
    if course.part(about) is None:
        raise NotFound(f"There is no part '{about[:100]}'.")
    policy = require_policy(session, about.partition("/")[0])
    possible = policy.points.get(about)
    if possible is None:
        raise InvalidRequest(f"The published rules do not know {about} yet, so it has no points.")
    if not 0 <= points <= possible:
        raise InvalidRequest(
            f"Give between 0 and {canonical(possible)} points; {canonical(points)} is not."
        )
    person = person_by_login(session, login=login)
    _decide(session, person.id, about, DecisionKind.POINTS, points=points, by=by, seen=seen)


def excuse(
    session: Session, *, course: Course, login: str, about: str, by: Decider, seen: int | None
) -> None:
    """Take a part, or a whole assignment, out of what counts for a student.

    Raises:
        NotFound, NotAllowed, InvalidRequest, ChangedMeanwhile: as ``override`` tells.
    """
    if course.part(about) is None and course.assignment(about) is None:
        raise NotFound(f"There is no part or assignment '{about[:100]}'.")
    person = person_by_login(session, login=login)
    _decide(session, person.id, about, DecisionKind.EXCUSED, points=None, by=by, seen=seen)


def withdraw(session: Session, *, login: str, about: str, by: Decider, seen: int | None) -> None:
    """Take a decision back: the automatic score counts again.

    Raises:
        NotFound: there is no such student.
        NothingToDo: nothing is decided.
        NotAllowed, InvalidRequest, ChangedMeanwhile: as ``override`` tells.
    """
    person = person_by_login(session, login=login)
    _decide(session, person.id, about, DecisionKind.WITHDRAWN, points=None, by=by, seen=seen)


def list_decisions(session: Session, *, person_id: int) -> list[Override]:
    """All that was decided about a student's scores, the newest first."""
    query = select(Override).where(Override.person_id == person_id)
    return list(session.scalars(query.order_by(Override.id.desc())))


def _decide(
    session: Session,
    person_id: int,
    about: str,
    kind: DecisionKind,
    *,
    points: Decimal | None,
    by: Decider,
    seen: int | None,
) -> None:
    check_not_own(by.person_id, person_id)
    reason = checked_reason(by.reason)
    take_turns(session, [(person_id, about)])
    newest = session.scalars(
        select(Override)
        .where(Override.person_id == person_id, Override.about == about)
        .order_by(Override.number.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and _said(newest) == (kind, points, reason, by.actor):
        return  # The same form, sent twice.
    number = newest.number if newest else 0
    if seen not in {None, number}:
        raise ChangedMeanwhile(f"{_told(newest)} Nothing was changed. Look at it first.")
    if kind is DecisionKind.WITHDRAWN and (newest is None or newest.kind == kind):
        raise NothingToDo(f"Nothing is decided about {about[:100]} of this student.")
    decided = NewDecision(person_id, about, number + 1, kind, points, reason, by.actor, by.at)
    store_decisions(session, [decided])
    record_all(session, [decided.entry])


def _said(row: Override) -> tuple[object, ...]:
    return row.kind, row.points, row.reason, row.actor


def _told(row: Override | None) -> str:
    if row is None:
        return "What this form was about is not there any more."
    done = {
        DecisionKind.POINTS: f"gave {canonical(row.points or Decimal(0))} points",
        DecisionKind.EXCUSED: "excused the student",
        DecisionKind.WITHDRAWN: "took a decision back",
    }[DecisionKind(row.kind)]
    return f"Meanwhile {row.actor} {done}: “{row.reason}”"
