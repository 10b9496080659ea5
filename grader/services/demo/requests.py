"""Regrade requests of the demo course: two that wait and one that is answered."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Submission
from grader.domain.grading import Verdict
from grader.domain.problem import Course
from grader.domain.requests import Decision
from grader.services.requests.requesting import answer, ask
from grader.services.requests.standing import list_requests

_REASONS = (
    "I worked this out twice and get the same number. Could somebody look at the key for this part?",
    "Three of us get this number independently of each other.\nIs only the last decimal different?",
    "I typed the number of another part here by mistake. My explanation has the right one.",
)
_ANSWER = (
    "We solved this part again, and by another way, and got the reference value both times, so the verdict "
    "stays. Bring your steps to office hours, and we will find where yours goes another way."
)


def make_requests(session: Session, *, course: Course, actor: str, now: datetime) -> None:
    """Let some of the students who have a part wrong ask about it."""
    asking = {each.slug for each in course.assignments if each.requests}
    rows = session.execute(
        queries.graded(
            Submission.person_id, Submission.part, Submission.submitted_at, GradeRow.verdict
        ).order_by(Submission.submitted_at.desc())
    ).all()
    right = {(row.person_id, row.part) for row in rows if row.verdict == Verdict.CORRECT}
    of = {
        row.person_id: row
        for row in rows
        if (row.person_id, row.part) not in right and row.part.partition("/")[0] in asking
    }
    for row, reason in zip(of.values(), _REASONS, strict=False):
        at = row.submitted_at + timedelta(minutes=9)
        ask(
            session,
            course=course,
            person_id=row.person_id,
            about=row.part,
            reason=reason,
            now=min(at, now),
        )
    for first in list_requests(session, answered=False)[:1]:
        answer(
            session,
            request_id=first.id,
            decision=Decision.KEPT,
            words=_ANSWER,
            actor=actor,
            person_id=None,
            seen=0,
            now=now,
        )
