"""Stores what an import adds: submissions, their grades and receipts, in chunks."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Submission
from grader.domain.grading import Grade
from grader.services.imports.receipts import Receipted
from grader.services.receipts.receipting import receipt_columns

ANSWERS_AT_ONCE = 5_000


def store_answers(session: Session, answers: Sequence[Receipted]) -> None:
    """Add these answers, each with its grade and receipt."""
    submission_ids = insert(Submission).returning(Submission.id, sort_by_parameter_order=True)
    for start in range(0, len(answers), ANSWERS_AT_ONCE):
        chunk = answers[start : start + ANSWERS_AT_ONCE]
        columns = [_columns(answer) for answer in chunk]
        ids = session.scalars(submission_ids, columns).all()
        session.execute(
            insert(GradeRow),
            [
                _grade_row(id_, each.key_id, each.answer.graded)
                for id_, each in zip(ids, chunk, strict=True)
            ],
        )


def _columns(receipted: Receipted) -> dict[str, Any]:
    answer = receipted.answer
    return {
        "person_id": answer.person_id,
        "problem": answer.row.part.rpartition("/")[0],
        "part": answer.row.part,
        "attempt": answer.attempt,
        "text": answer.row.text,
        "value": answer.row.value,
        "key_id": receipted.key_id,
        "source": "import",
        "idempotency_key": None,
        "late_seconds": answer.late_seconds,
        "submitted_at": answer.row.submitted_at,
        **receipt_columns(receipted.receipt),
    }


def _grade_row(submission_id: int, key_id: int, graded: Grade) -> dict[str, Any]:
    """The columns of a grade: one submission under one key."""
    return {
        "submission_id": submission_id,
        "key_id": key_id,
        "verdict": graded.verdict,
        "misconception": graded.misconception,
    }
