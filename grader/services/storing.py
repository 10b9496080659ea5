"""Stores an accepted answer with its grade and receipt, unless the world has moved since it was looked at."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from grader.db import queries
from grader.db.models import ActiveKey, ActivePolicy, GradeRow, Person, Submission, table
from grader.services.answers import Accepted, grade_row
from grader.services.receipting import receipt_columns

_PEOPLE, _SUBMISSIONS, _GRADES = table(Person), table(Submission), table(GradeRow)
_COLUMNS = [column for column in _SUBMISSIONS.columns if column.name != "id"]
# The same key and policy are in force.
_POINTERS = (
    queries.pointers(bindparam("problem"), bindparam("assignment"))
    .where(
        ActiveKey.key_id == bindparam("key_id"), ActivePolicy.policy_id == bindparam("policy_id")
    )
    .with_only_columns(bindparam("person_id", type_=_PEOPLE.c.id.type).label("person_id"))
)
# The student's chain moves on by one; every answer of theirs moves it, so this is also what says that no
# other one took this attempt's number, or came with this idempotency key.
_NEXT_RECEIPT = (
    update(_PEOPLE)
    .where(
        _PEOPLE.c.id == bindparam("person_id"),
        _PEOPLE.c.receipts + 1 == bindparam("receipt_number"),
    )
    .values(receipts=bindparam("receipt_number"), last_receipt=bindparam("receipt_sha256"))
)

# On SQLite a statement each: they have the place to write for themselves.
_MOVE_ON = _NEXT_RECEIPT.where(_POINTERS.exists())
_ADD_SUBMISSION = insert(_SUBMISSIONS).returning(_SUBMISSIONS.c.id)
_ADD_GRADE = insert(_GRADES)

# On PostgreSQL one statement for all. The key's lock is shared: a regrade's switch waits until this answer
# is graded, and this answer until it switched. An import, which adds to many chains, takes its locks in the
# same order: keys, then people.
_held = _POINTERS.with_for_update(of=ActiveKey, read=True).cte("held")
_moved = _NEXT_RECEIPT.where(_PEOPLE.c.id == _held.c.person_id).returning(_PEOPLE.c.id).cte("moved")
_added = (
    insert(_SUBMISSIONS)
    .from_select(
        _COLUMNS,
        select(*(bindparam(column.name, type_=column.type) for column in _COLUMNS)).select_from(
            _moved
        ),
    )
    .returning(_SUBMISSIONS.c.id)
    .cte("added")
)
_ADD_ALL = _ADD_GRADE.from_select(
    ["submission_id", "key_id", "verdict", "misconception"],
    select(
        _added.c.id,
        bindparam("key_id", type_=_GRADES.c.key_id.type),
        bindparam("verdict", type_=_GRADES.c.verdict.type),
        bindparam("misconception", type_=_GRADES.c.misconception.type),
    ),
).returning(_GRADES.c.submission_id)


def store(connection: Connection, answer: Accepted) -> int | None:
    """Add the submission with its receipt and its grade, all or none; gives the submission's id.

    None says that the world has moved since the answer was decided on: another key or policy is active,
    or another answer of the student was taken.
    """
    row = _row(answer)
    pointers = {"assignment": answer.arrival.assignment, "policy_id": answer.policy_id}
    if connection.dialect.name == "postgresql":
        grade = {"verdict": answer.graded.verdict, "misconception": answer.graded.misconception}
        return connection.execute(_ADD_ALL, row | pointers | grade).scalar()
    if not connection.execute(_MOVE_ON, row | pointers).rowcount:
        return None
    submission_id: int = connection.execute(_ADD_SUBMISSION, row).scalar_one()
    connection.execute(_ADD_GRADE, grade_row(submission_id, answer.key_id, answer.graded))
    return submission_id


def _row(answer: Accepted) -> dict[str, Any]:
    arrival = answer.arrival
    return {
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
        **receipt_columns(answer.receipt),
    }
