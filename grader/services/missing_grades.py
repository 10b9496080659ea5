"""Adds the grades that a key lacks: those of all submissions to its problem, in chunks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, exists, func, insert, select
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Submission
from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey, grade
from grader.services.answers import grade_row
from grader.services.documents import load_key

GRADES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some grades that were added: how many, and the id of the last submission among them."""

    graded: int
    last: int


def grade_missing(session: Session, problem: str, key_id: int) -> int:
    """Add the grades under this key that are not there yet; say how many.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    graded, last = 0, 0
    while chunk := grade_some(
        session, problem=problem, key_id=key_id, after=last, most=GRADES_AT_ONCE
    ):
        graded += chunk.graded
        last = chunk.last
    return graded


def grade_some(
    session: Session, *, problem: str, key_id: int, after: int, most: int
) -> Chunk | None:
    """Add so many of the missing grades of submissions behind this one; None when none is missing.

    Under a key that is not active, that changes nothing anybody sees.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    key = load_key(session, key_id)
    rows = session.execute(
        _missing(problem, key_id)
        .with_only_columns(Submission.id, Submission.part, Submission.value)
        .where(Submission.id > after)
        .order_by(Submission.id)
        .limit(most)
    ).all()
    if not rows:
        return None
    session.execute(insert(GradeRow), [_grade_row(key, key_id, row) for row in rows])
    return Chunk(len(rows), rows[-1][0])


def count_missing(session: Session, problem: str, key_id: int) -> int:
    """How many submissions have no grade under this key."""
    return session.execute(_missing(problem, key_id)).scalar_one()


def _missing(problem: str, key_id: int) -> Select[int]:
    graded = (GradeRow.submission_id == Submission.id) & (GradeRow.key_id == key_id)
    return (
        select(func.count())
        .select_from(Submission)
        .where(Submission.problem == problem, ~exists().where(graded))
    )


def _grade_row(key: AnswerKey, key_id: int, answer: Row[int, str, Decimal]) -> dict[str, Any]:
    submission_id, part, value = answer
    if part not in key.parts:
        raise InvalidRequest(
            f"That key does not cover {part}, which students have answered, so nothing was changed."
        )
    return grade_row(submission_id, key_id, grade(key, part, value))
