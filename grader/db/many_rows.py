"""Reading and adding many rows at once, as fast as the driver can: what a regrade of a large class rests on.

Numbers stay the texts that are stored, and moments become microseconds: whoever asks for a million of
either does not want a million objects made of them.
"""

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Submission
from grader.db.prepared import told_as_ever

ROWS_AT_ONCE = 20_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Alike = tuple[str, str | None, Sequence[int]]
"""A verdict, a misconception's tag, and the submissions that have both."""

# Each list of ids travels as one value: that is twice as fast as a row at a time.
_SQLITE = (
    "INSERT INTO grades (submission_id, key_id, verdict, misconception) "
    "SELECT value, ?, ?, ? FROM json_each(?) ORDER BY value"
)
_POSTGRESQL = "COPY grades (submission_id, key_id, verdict, misconception) FROM STDIN"


def value_text() -> ColumnElement[str]:
    """A submission's value, as the canonical text that is stored."""
    return type_coerce(Submission.value, String)


def instant(session: Session) -> ColumnElement[Any]:
    """When a submission came, to be read by ``microseconds``."""
    at = Submission.submitted_at
    if session.get_bind().dialect.name == "postgresql":
        # A float, which is counted twice as fast as a decimal number, and exact until the year 2106.
        return cast(func.round(func.date_part("epoch", at) * 1_000_000), BIGINT)
    # SQLite would take longer to count from the text than to read all the rest.
    return type_coerce(at, String)


def microseconds(instants: Sequence[int | str]) -> NDArray[np.int64]:
    """What ``instant`` gave, in microseconds since 1970."""
    if instants and isinstance(instants[0], str):
        # Without the Z: numpy's moments know no zones, so that these are in UTC, too.
        return np.array(instants, "S26").astype("datetime64[us]").astype(np.int64)
    return np.array(instants, np.int64)


def moment(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return _EPOCH + microseconds * _MICROSECOND


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """A condition as 1 or 0, the same on both databases."""
    return case((condition, literal(1)), else_=literal(0))


@contextmanager
def stream(
    session: Session, query: Select[*tuple[Any, ...]]
) -> Generator[Iterator[Sequence[tuple[Any, ...]]]]:
    """Read the rows of a query some at a time, so that they take no more memory however many there are.

    They are the driver's own: ask for numbers and texts alone, since drivers differ in other things.
    """
    connection = session.connection()
    ahead = connection.dialect.name != "sqlite"
    with (
        connection.execute(query, execution_options={"stream_results": ahead}) as result,
        told_as_ever(connection, str(query)),
    ):
        # SQLAlchemy has read a row by now, to know the columns, and closes the cursor if there is none.
        first = result.fetchmany(1) if ahead else []
        yield iter(()) if ahead and not first else _chunks(result.cursor, first)


def _chunks(cursor: Any, first: Sequence[Any]) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - the driver's.
    rows = [*first, *cursor.fetchmany(ROWS_AT_ONCE - len(first))]
    while rows:
        yield rows
        rows = cursor.fetchmany(ROWS_AT_ONCE)


def graded_already(session: Session, *, key_id: int, first: int, last: int) -> set[int]:
    """The submissions from one to another, both included, that have a grade under this key."""
    graded = select(GradeRow.submission_id).where(
        GradeRow.key_id == key_id, GradeRow.submission_id.between(first, last)
    )
    return set(session.scalars(graded))


def add_grades(session: Session, *, key_id: int, alike: Iterable[Alike]) -> None:
    """Add grades under one key."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for verdict, tag, ids in alike:
            connection.exec_driver_sql(_SQLITE, (key_id, verdict, tag, json.dumps(list(ids))))
        return
    with (
        told_as_ever(connection, _POSTGRESQL) as driver,
        driver.cursor() as cursor,
        cursor.copy(_POSTGRESQL) as copy,
    ):
        for verdict, tag, ids in alike:
            rest = "\t".join(("", str(key_id), verdict, _copied(tag))) + "\n"
            copy.write("".join([f"{each}{rest}" for each in ids]))


def _copied(text: str | None) -> str:
    """A text as COPY reads it."""
    if text is None:
        return "\\N"
    return text.translate({9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"})
