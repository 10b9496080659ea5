"""Stores what an import adds: submissions and their grades, in chunks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Submission
from grader.services.answers import grade_row
from grader.services.import_grading import NewAnswer
from grader.services.standards import Standard

ANSWERS_AT_ONCE = 5_000


def store_answers(
    session: Session, answers: Sequence[NewAnswer], standards: Mapping[str, Standard]
) -> None:
    """Add these answers, each with its grade."""
    submission_ids = insert(Submission).returning(Submission.id, sort_by_parameter_order=True)
    for start in range(0, len(answers), ANSWERS_AT_ONCE):
        chunk = answers[start : start + ANSWERS_AT_ONCE]
        columns = [_columns(answer, standards[answer.row.part].key_id) for answer in chunk]
        ids = session.scalars(submission_ids, columns).all()
        session.execute(
            insert(GradeRow),
            [
                grade_row(id_, row["key_id"], answer.graded)
                for id_, row, answer in zip(ids, columns, chunk, strict=True)
            ],
        )


def _columns(answer: NewAnswer, key_id: int) -> dict[str, Any]:
    return {
        "person_id": answer.person_id,
        "problem": answer.row.part.rpartition("/")[0],
        "part": answer.row.part,
        "attempt": answer.attempt,
        "text": answer.row.text,
        "value": answer.row.value,
        "key_id": key_id,
        "source": "import",
        "idempotency_key": None,
        "late_seconds": answer.late_seconds,
        "submitted_at": answer.row.submitted_at,
    }
