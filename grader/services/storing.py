"""Stores an accepted answer with its grade, unless the world has moved since it was looked at."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from grader.db import queries
from grader.db.models import ActiveKey, ActivePolicy, GradeRow, Person, Submission, table
from grader.services.answers import Accepted, grade_row

_SUBMISSIONS, _GRADES = table(Submission), table(GradeRow)
_COLUMNS = [column for column in _SUBMISSIONS.columns if column.name != "id"]
# The key's lock is shared: a regrade's switch waits until this answer is graded, and this answer until
# it switched. An import, which adds to many students' attempts, holds their rows alone.
_WHILE_NOTHING_MOVED = (
    queries.pointers(bindparam("problem"), bindparam("assignment"))
    .join(Person, Person.id == bindparam("person_id"))
    .where(
        ActiveKey.key_id == bindparam("key_id"), ActivePolicy.policy_id == bindparam("policy_id")
    )
    .with_only_columns(*(bindparam(column.name, type_=column.type) for column in _COLUMNS))
    .with_for_update(of=[Person, ActiveKey], read=True)
)


def _adding(dialect: Any) -> Any:  # noqa: ANN401 - either dialect's module, and its INSERT.
    # That another answer took this attempt's number, or came with this idempotency key, is a conflict.
    adding = dialect.insert(_SUBMISSIONS).from_select(_COLUMNS, _WHILE_NOTHING_MOVED)
    return adding.on_conflict_do_nothing().returning(_SUBMISSIONS.c.id)


_ADD_GRADE = insert(_GRADES)
_ADD_SUBMISSION = _adding(sqlite)
_added = _adding(postgresql).cte("added")
_ADD_BOTH = _ADD_GRADE.from_select(
    ["submission_id", "key_id", "verdict", "misconception"],
    select(
        _added.c.id,
        bindparam("key_id", type_=_GRADES.c.key_id.type),
        bindparam("verdict", type_=_GRADES.c.verdict.type),
        bindparam("misconception", type_=_GRADES.c.misconception.type),
    ),
).returning(_GRADES.c.submission_id)


def store(connection: Connection, answer: Accepted) -> int | None:
    """Add the submission and its grade, both or none; gives the submission's id.

    None says that the world has moved since the answer was decided on: another key or policy is active,
    or the student's other answers were taken.
    """
    row = _row(answer)
    if connection.dialect.name == "postgresql":
        grade = {"verdict": answer.graded.verdict, "misconception": answer.graded.misconception}
        return connection.execute(_ADD_BOTH, row | grade).scalar()
    submission_id = connection.execute(_ADD_SUBMISSION, row).scalar()
    if submission_id is not None:
        connection.execute(_ADD_GRADE, grade_row(submission_id, answer.key_id, answer.graded))
    return submission_id


def _row(answer: Accepted) -> dict[str, Any]:
    arrival = answer.arrival
    return {
        "assignment": arrival.assignment,
        "policy_id": answer.policy_id,
        "person_id": arrival.person_id,
        "problem": arrival.problem,
        "part": arrival.part,
        "attempt": answer.attempt,
        "text": arrival.text,
        "value": answer.value,
        "key_id": answer.key_id,
        "source": arrival.source,
        "idempotency_key": arrival.idempotency_key,
        "late_seconds": answer.late_seconds,
        "submitted_at": arrival.now,
    }
