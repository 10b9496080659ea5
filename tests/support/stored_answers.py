"""Millions of answers of people who are long done, made by the database itself: what a course has in time."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    Integer,
    String,
    case,
    cast,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session

from grader.db.copying import go_on_counting
from grader.db.models import GradeRow, Person, Submission, table
from grader.db.session import transaction
from grader.db.types import Instant
from grader.domain.grading import AnswerKey, Verdict
from grader.domain.grammar import canonical

EACH = 100
"""Answers of one person."""
FIRST_PERSON = 1_000_000
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def store_answers(engine: Engine, *, key_id: int, key: AnswerKey, answers: int) -> None:
    """Add so many answers to one problem, evenly to its parts, a third of them right, each with its grade."""
    people = max(answers // EACH, 1)
    with transaction(engine) as session:
        _add_people(session, people)
        done = 0
        for place, (part, its_key) in enumerate(key.parts.items(), 1):
            count = answers * place // len(key.parts) - done
            _add_answers(
                session, key.problem, part, key_id, its_key.expected, (done, count, people)
            )
            done += count
        go_on_counting(session.connection(), table(Submission))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(grader_begin=None) as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _add_people(session: Session, people: int) -> None:
    number = _numbers(people)
    login = literal("old", String) + cast(number, String)
    blank, student = literal("", String), literal("student", String)
    row: dict[str, Any] = {
        "id": number + FIRST_PERSON,
        "login": login,
        "name": login,
        "email": blank,
        "sis_user_id": blank,
        "section": blank,
        "role": student,
        "active": literal(value=True),
        "receipts": literal(EACH, Integer),
    }
    session.execute(insert(table(Person)).from_select(list(row), select(*row.values())))


def _add_answers(  # noqa: PLR0917 - one caller, above.
    session: Session,
    problem: str,
    part: str,
    key_id: int,
    expected: Decimal,
    numbers: tuple[int, int, int],
) -> None:
    done, count, people = numbers
    number = _numbers(count)
    right = number % 3 == 0
    # A canonical text ends in no zero.
    wrong = literal("0.", String) + cast(number * 7919 % 899_999 * 10 + 1_000_001, String)
    text = case((right, literal(canonical(expected), String)), else_=wrong)
    row: dict[str, Any] = {
        "id": number + 1 + done,
        "person_id": number % people + FIRST_PERSON,
        "problem": literal(problem, String),
        "part": literal(part, String),
        "attempt": number // people + 1,
        "text": text,
        "value": text,
        "key_id": literal(key_id, Integer),
        "source": literal("form", String),
        "late_seconds": literal(0, Integer),
        "submitted_at": literal(_AT, Instant()),
        "receipt_number": number + 1 + done,
        "receipt_course": literal("T", String),
        "receipt_sha256": literal("0" * 64, String),
        "receipt_signature": literal(b"s" * 64),
        "receipt_signer": literal(b"p" * 32),
    }
    session.execute(insert(table(Submission)).from_select(list(row), select(*row.values())))
    of = select(
        Submission.id,
        Submission.key_id,
        case((Submission.text == canonical(expected), Verdict.CORRECT), else_=Verdict.INCORRECT),
    ).where(Submission.part == part, Submission.person_id >= FIRST_PERSON)
    session.execute(insert(table(GradeRow)).from_select(["submission_id", "key_id", "verdict"], of))


def _numbers(count: int) -> ColumnElement[int]:
    first = select(literal(0, BigInteger).label("number")).cte("numbers", recursive=True)
    numbers = first.union_all(select(first.c.number + 1).where(first.c.number < count - 1))
    return numbers.c.number
