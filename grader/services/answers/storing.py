"""Stores an accepted answer with its grade and receipt, unless the world has moved since it was looked at.

One statement does it on both databases, and outside of a transaction commits by itself. On PostgreSQL it
writes into several tables. On SQLite it adds to a view that each connection has for itself, and the view's
trigger writes into them: so nobody waits for the place to write while Python goes from table to table.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from grader.db import queries
from grader.db.models import ActiveKey, ActivePolicy, GradeRow, Person, Submission, table
from grader.db.prepared import Prepared, tell
from grader.services.answers.arriving import Accepted
from grader.services.receipts.receipting import receipt_columns

Given = Callable[[str], ColumnElement[Any]]
"""What stands for a value of the answer in a statement, by the column's name."""

_PEOPLE, _SUBMISSIONS, _GRADES = table(Person), table(Submission), table(GradeRow)
_ANSWER = [column for column in _SUBMISSIONS.columns if column.name != "id"]
_GRADE = [_GRADES.c.key_id, _GRADES.c.verdict, _GRADES.c.misconception]
_IN_FORCE = [table(ActivePolicy).c.assignment, table(ActivePolicy).c.policy_id]
_TYPES = {column.name: column.type for column in (*_ANSWER, *_GRADE, *_IN_FORCE)}


def _pointers(given: Given) -> Select[Any]:
    """The student, if the same key and policy are in force."""
    return (
        queries.pointers(given("problem"), given("assignment"))
        .where(ActiveKey.key_id == given("key_id"), ActivePolicy.policy_id == given("policy_id"))
        .with_only_columns(given("person_id").label("person_id"))
    )


def _next_receipt(given: Given) -> Update:
    """Move the student's chain on by one.

    Every answer of theirs moves it, so this is also what says that no other one took this attempt's number,
    or came with this idempotency key.
    """
    return (
        update(_PEOPLE)
        .where(_PEOPLE.c.receipts + 1 == given("receipt_number"))
        .values(receipts=given("receipt_number"), last_receipt=given("receipt_sha256"))
    )


def _answer(given: Given) -> Select[Any]:
    return select(*(given(column.name) for column in _ANSWER))


def _grade(submission_id: ColumnElement[Any], given: Given) -> Select[Any]:
    return select(submission_id, *(given(column.name) for column in _GRADE))


def _bound(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=_TYPES[name])


# On PostgreSQL. The key's lock is shared: a regrade's switch waits until this answer is graded, and this
# answer until it switched. An import, which adds to many chains, takes its locks in the same order: keys,
# then people.
_held = _pointers(_bound).with_for_update(of=ActiveKey, read=True).cte("held")
_moved = (
    _next_receipt(_bound)
    .where(_PEOPLE.c.id == _held.c.person_id)
    .returning(_PEOPLE.c.id)
    .cte("moved")
)
_added = (
    insert(_SUBMISSIONS)
    .from_select(_ANSWER, _answer(_bound).select_from(_moved))
    .returning(_SUBMISSIONS.c.id)
    .cte("added")
)
_ADD_ALL = Prepared(
    insert(_GRADES)
    .from_select([_GRADES.c.submission_id, *_GRADE], _grade(_added.c.id, _bound))
    .returning(_GRADES.c.submission_id)
)


def _new(name: str) -> ColumnElement[Any]:
    """A value of the row that is added to the view."""
    return literal_column(f"new.{name}", _TYPES[name])


# On SQLite. Each step of the trigger does something if the one before it did.
_DONE = func.changes() == 1
_STEPS = (
    _next_receipt(_new).where(_PEOPLE.c.id == _new("person_id"), _pointers(_new).exists()),
    insert(_SUBMISSIONS).from_select(_ANSWER, _answer(_new).where(_DONE)),
    insert(_GRADES).from_select(
        [_GRADES.c.submission_id, *_GRADE], _grade(func.last_insert_rowid(), _new).where(_DONE)
    ),
)
_VIEW = Table(
    "accepted_answers", MetaData(), *(Column(name, kind) for name, kind in _TYPES.items())
)
_ADD_TO_VIEW = Prepared(insert(_VIEW))
_ADDED = Prepared(
    select(_SUBMISSIONS.c.id).where(
        *(_SUBMISSIONS.c[name] == _bound(name) for name in ("person_id", "part", "attempt"))
    )
)


def store(connection: Connection, answer: Accepted) -> int | None:
    """Add the submission with its receipt and its grade, all or none; gives the submission's id.

    None says that the world has moved since the answer was decided on: another key or policy is active,
    or another answer of the student was taken.
    """
    row = _row(answer)
    if connection.dialect.name == "postgresql":
        added = _ADD_ALL.rows(connection, row)
        return added[0].submission_id if added else None
    driver: Any = connection.connection.driver_connection
    if not connection.info.get(_VIEW.name):
        for statement in _view():
            tell(connection, statement)
        # A transaction that is rolled back would take it away again.
        connection.info[_VIEW.name] = not driver.in_transaction
    changes = driver.total_changes
    _ADD_TO_VIEW.count(connection, row)
    # Rows that a trigger writes are counted nowhere else.
    if driver.total_changes == changes:
        return None
    submission_id: int = _ADDED.rows(connection, row)[0].id
    return submission_id


@cache
def _view() -> tuple[str, str]:
    """The statements that make the view and its trigger, for one connection alone."""
    columns = ", ".join(f"NULL AS {name}" for name in _TYPES)
    steps = "; ".join(
        str(step.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        for step in _STEPS
    )
    event = f"accept_answer INSTEAD OF INSERT ON {_VIEW.name}"
    return (
        f"CREATE TEMP VIEW IF NOT EXISTS {_VIEW.name} AS SELECT {columns}",
        f"CREATE TEMP TRIGGER IF NOT EXISTS {event} BEGIN {steps}; END",
    )


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
        "verdict": answer.graded.verdict,
        "misconception": answer.graded.misconception,
        "assignment": arrival.assignment,
        "policy_id": answer.policy_id,
    }
