"""Adds the grades that a key lacks: those of all submissions to its problem, in chunks."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, insert, select
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Submission
from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey, grade
from grader.services.answers import grade_row
from grader.services.documents import load_key

GRADES_AT_ONCE = 5_000


def grade_missing(session: Session, problem: str, key_id: int) -> int:
    """Add the grades under this key that are not there yet; say how many.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    key = load_key(session, key_id)
    missing = (
        select(Submission.id, Submission.part, Submission.value)
        .where(
            Submission.problem == problem,
            ~exists().where(
                (GradeRow.submission_id == Submission.id) & (GradeRow.key_id == key_id)
            ),
        )
        .order_by(Submission.id)
        .limit(GRADES_AT_ONCE)
    )
    graded = 0
    while rows := session.execute(missing).all():
        session.execute(insert(GradeRow), [_grade_row(key, key_id, row) for row in rows])
        graded += len(rows)
    return graded


def _grade_row(key: AnswerKey, key_id: int, answer: Row[int, str, Decimal]) -> dict[str, Any]:
    submission_id, part, value = answer
    if part not in key.parts:
        raise InvalidRequest(
            f"That key does not cover {part}, which students have answered, so nothing was changed."
        )
    return grade_row(submission_id, key_id, grade(key, part, value))
