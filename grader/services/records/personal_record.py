"""One person's complete record as a document: every row that leads to them, and nobody else's."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Base, ExplanationMark, Person, RecordLook, table
from grader.domain.grammar import canonical
from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.domain.receipt_files import bytes_as_text
from grader.domain.receipts import stamp
from grader.services.answers.progress import list_submissions
from grader.services.explanations.releases import marks_released
from grader.services.ledger.ledger import record
from grader.services.records.looks import RECORD
from grader.services.records.personal_tables import DOCUMENTS, PERSONAL, SECRET, Personal

KIND = "pset-grader record"
EVERY_ANSWER = 1_000_000
WHO = ("student", "name", "sis_user_id", "sis_login_id")
"""The fields by which a document says whom it is about; any other may hold the same word by chance."""
_LATER = {
    "documents": "Plans of the staff; what was done by them stands among your grades.",
}


def staff_record(session: Session, *, person: Person, now: datetime) -> dict[str, Any]:
    """All that is stored of a person. Staff who acted are not named, but for those who looked."""
    return _document(
        person,
        now,
        tables={name: _rows(session, each, person) for name, each in PERSONAL.items()},
        documents={
            f"{name}.{column}": _said_of(session, name, column, person)
            for name, columns in DOCUMENTS.items()
            for column in columns
        },
    )


def own_record(
    session: Session, *, course: Course, person: Person, now: datetime
) -> dict[str, Any]:
    """What is stored of a person and shown to them now; ``withheld`` says what is not, and why."""
    shown = {name: each for name, each in PERSONAL.items() if not each.later}
    tables = {
        name: _rows(session, each, person, hidden=each.staff_alone) for name, each in shown.items()
    }
    tables["explanation_marks"] = _released_marks(session, course, person)
    return _document(
        person,
        now,
        tables=tables,
        verdicts=_standing(session, person),
        withheld={name: each.later for name, each in PERSONAL.items() if each.later} | _LATER,
    )


def record_written(session: Session, *, person: Person, actor: str, now: datetime) -> None:
    """Note in the ledger that somebody took a person's record away."""
    record(
        session,
        act=Act.EXPORT,
        actor=actor,
        about=RECORD,
        reason="The complete record of one person.",
        now=now,
        person_id=person.id,
        detail={"format": "json"},
    )


def said_of(document: Any, names: Collection[str]) -> Iterator[Any]:  # noqa: ANN401 - any JSON document.
    """The objects within a document that say by these names, whatever their case, whom they are about."""
    if isinstance(document, dict):
        if any(str(document.get(each)).casefold() in names for each in WHO):
            yield document
            return
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from said_of(each, names)


def names_of(person: Person) -> frozenset[str]:
    """What names a person in a document, in small letters."""
    named = (person.login, person.name, person.email, person.sis_user_id)
    return frozenset(each.casefold() for each in named if each)


def _document(person: Person, now: datetime, **parts: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"kind": KIND, "login": person.login, "made_at": stamp(now), **parts}


def _rows(
    session: Session, personal: Personal, person: Person, *, hidden: Collection[str] = ()
) -> list[dict[str, Any]]:
    source = table(personal.model)
    query = select(source).where(personal.theirs(person.id)).order_by(*source.primary_key)
    rows = [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001 - SQLAlchemy's own name.
    if personal.model is RecordLook:
        rows = _with_names(session, rows)
    return [_plain(row, person, SECRET | set(hidden)) for row in rows]


def _with_names(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {row.id: row.name for row in session.execute(select(Person.id, Person.name))}
    return [row | {"reader_id": names[row["reader_id"]]} for row in rows]


def _plain(row: Mapping[str, Any], person: Person, hidden: Collection[str]) -> dict[str, Any]:
    shown = {name: _value(value) for name, value in row.items() if name not in hidden}
    if "actor" in shown:
        shown["actor"] = "self" if shown["actor"] == person.login else "staff"
    return shown


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Decimal):
        return canonical(value)
    return bytes_as_text(value) if isinstance(value, bytes) else value


def _said_of(session: Session, name: str, column: str, person: Person) -> list[Any]:
    source = Base.metadata.tables[name]
    documents = session.scalars(select(source.columns[column]).order_by(*source.primary_key))
    return [each for document in documents for each in said_of(document, names_of(person))]


def _released_marks(session: Session, course: Course, person: Person) -> list[dict[str, Any]]:
    released = {
        problem.slug
        for assignment in course.assignments
        if marks_released(session, assignment=assignment.slug)
        for problem in assignment.problems
    }
    rows = _rows(session, PERSONAL[ExplanationMark.__tablename__], person)
    return [row for row in rows if row["problem"] in released]


def _standing(session: Session, person: Person) -> list[dict[str, Any]]:
    rows = list_submissions(session, person_id=person.id, limit=EVERY_ANSWER)
    return [
        {"submission_id": row.id, "part": row.part, "verdict": row.standing}
        for row in reversed(rows)
    ]
