"""Hundreds of thousands of answers to one problem, streamed into the tables, for a large regrade."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from grader.content.loading import load_catalog
from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from grader.db.models import AnswerKeyRow, Person, table
from grader.db.session import transaction
from grader.domain.grading import AnswerKey, PartKey, grade
from grader.domain.grammar import canonical
from grader.domain.misconceptions import Misconception
from grader.domain.problem import Course, Problem
from grader.services.keys.documents import key_document
from grader.services.policies.publishing import publish_policy
from tests.support.large_class import Size, publish_key, write_course

AT_ONCE = 20_000
PARTS = 4
EACH = 25
"""Answers of each student to each part."""
SPARE_KEYS = 4

_SUBMISSION = (
    "id, person_id, problem, part, attempt, text, value, key_id, source, late_seconds, submitted_at, "
    "receipt_number, receipt_course, receipt_sha256, receipt_signature, receipt_signer"
)
_GRADE = "submission_id, key_id, verdict, misconception"


@dataclass(frozen=True, slots=True)
class Many:
    """The course and its one problem; ``keys`` are the ids of the active key and of others to move to."""

    course: Course
    problem: Problem
    keys: tuple[int, ...]


def open_many(url: str, folder: Path, answers: int) -> Many:
    """Fill a new database with so many answers, each with its grade under the active key.

    A third is right, some give one of the known mistakes, and nearly all others are different numbers.
    """
    now = datetime.now(UTC)
    due = (now + timedelta(hours=1)).astimezone(ZoneInfo("America/Los_Angeles"))
    students = max(answers // (PARTS * EACH), 1)
    size = Size(students, answers, problems=1, parts=PARTS)
    course = load_catalog(write_course(folder, size, due), folder).course
    (problem,) = course.problems
    engine = make_engine(url)
    upgrade(engine)
    with transaction(engine) as session:
        key_id, key = publish_key(session.connection(), problem)
        others = [
            session.connection()
            .execute(insert(AnswerKeyRow).values(row).returning(AnswerKeyRow.id))
            .scalar_one()
            for row in _other_keys(problem, key)
        ]
        publish_policy(
            session, course=course, assignment=course.assignments[0], actor="op", now=now
        )
        session.execute(
            insert(table(Person)), [_person(number) for number in range(1, students + 1)]
        )
    _stream(engine, _rows(key, key_id, students, answers, now))
    engine.dispose()
    return Many(course, problem, (key_id, *others))


def _other_keys(problem: Problem, key: AnswerKey) -> Iterator[dict[str, Any]]:
    """What one of the known mistakes gives is right; ten mistakes are known at each part."""
    mistakes = tuple(Misconception(f"mistake-{n}", Decimal(f"0.4{n}87")) for n in range(10))
    parts = {
        slug: PartKey(part.misconceptions[0].value, part.tolerance, misconceptions=mistakes)
        for slug, part in key.parts.items()
    }
    for version in range(2, 2 + SPARE_KEYS):
        yield {
            "problem": problem.slug,
            "version": version,
            "content": key_document(AnswerKey(problem.slug, parts, {}, {})),
            "provenance": {"solution": "0" * 64, "data": {}, "parameters": {}, "packages": {}},
            "created_at": datetime(2026, 1, version, tzinfo=UTC),
        }


def _person(number: int) -> dict[str, Any]:
    blank = dict.fromkeys(("email", "sis_user_id", "section"), "")
    return {
        **blank,
        "id": number,
        "login": f"s{number:06}",
        "name": f"Student {number}",
        "role": "student",
        "active": True,
    }


def _rows(  # noqa: PLR0917 - one caller, above.
    key: AnswerKey, key_id: int, students: int, answers: int, now: datetime
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Submissions, in the order in which they came, with their grades."""
    chance = Random(answers)  # noqa: S311 - invented answers need no secret numbers.
    parts = list(key.parts.items())
    for place in range(answers):
        person, rest = place % students + 1, place // students
        slug, part = parts[rest % len(parts)]
        value = _value(chance, part)
        given = grade(key, slug, value)
        at = now - timedelta(days=3) + timedelta(milliseconds=place)
        text = canonical(value)
        yield (
            (
                *(
                    place + 1,
                    person,
                    key.problem,
                    slug,
                    rest // len(parts) + 1,
                    text,
                    text,
                    key_id,
                    "form",
                    0,
                ),
                *(at, place + 1, "T", "0" * 64, b"s" * 64, b"p" * 32),
            ),
            (place + 1, key_id, given.verdict.value, given.misconception),
        )


def _value(chance: Random, part: PartKey) -> Decimal:
    kind = chance.random()
    if kind < 0.35:
        return round(part.expected, 5)
    if kind < 0.45:
        return part.misconceptions[0].value
    if kind < 0.55:
        return Decimal(f"0.4{chance.randrange(10)}87")
    return round(Decimal(chance.uniform(-10, 10)), 6)


def _stream(engine: Engine, rows: Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> None:
    while chunk := [row for _number, row in zip(range(AT_ONCE), rows, strict=False)]:
        with transaction(engine) as session:
            add_many(engine, session.connection().connection.driver_connection, chunk)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(grader_begin=None) as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def add_many(
    engine: Engine, driver: Any, chunk: list[tuple[tuple[Any, ...], tuple[Any, ...]]]
) -> None:
    """Add submissions and their grades by the driver alone."""
    for name, columns, place in (("submissions", _SUBMISSION, 0), ("grades", _GRADE, 1)):
        rows = [each[place] for each in chunk]
        if engine.dialect.name == "postgresql":
            with (
                driver.cursor() as cursor,
                cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
            continue
        marks = ", ".join("?" * len(rows[0]))
        texts = [
            tuple(f"{v:%Y-%m-%dT%H:%M:%S.%f}Z" if isinstance(v, datetime) else v for v in row)
            for row in rows
        ]
        driver.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", texts)
