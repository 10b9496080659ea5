"""A class as large as one likes, straight into the tables: invented, but shaped like a real one.

A part has about forty wrong values, few of them common; students come back towards the deadline; a tenth
gives up. What is stored is what the services would store, but for the receipts' signatures.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, insert, select

from grader.config import Settings
from grader.content.loading import load_catalog
from grader.db.copying import go_on_counting
from grader.db.engine import make_engine
from grader.db.models import (
    ActiveKey,
    AnswerKeyRow,
    Base,
    GradeRow,
    Person,
    RegradeRequest,
    Submission,
    table,
)
from grader.db.session import transaction
from grader.domain.grading import AnswerKey, PartKey, Verdict, grade
from grader.domain.grammar import canonical
from grader.domain.misconceptions import Misconception
from grader.domain.problem import Course, Problem
from grader.services.answers.arriving import Arrival
from grader.services.answers.submitting import submit_within
from grader.services.keys.documents import key_document
from grader.services.people.signin_links import consume_link, make_signin_link
from grader.services.policies.publishing import publish_policy
from grader.web.app import create_app

SECTIONS = ("Mon 1:30", "Tue 4:30", "Wed 3:00", "Thu 10:30", "Fri 11:30")
WRONG_VALUES = 40
AT_ONCE = 10_000
LENGTH = timedelta(days=9)
SLUG = "big"
TA = "tia"

_COURSE = """\
title = "T9"
name = "A large course"
term = "Winter 2026"
timezone = "America/Los_Angeles"
late_days = 4
assignments = ["big"]
"""
_PART = """
[[parts]]
id = "{id}"
title = "number {id}"
prompt = 'How much is {id}?'
points = 5
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the class is; ``submissions`` are about as many as come out."""

    students: int
    submissions: int
    problems: int = 4
    parts: int = 3
    requests: int = 40


@dataclass
class LargeClass:
    """The application on one database, and who looks."""

    app: Flask
    engine: Engine
    course: Course
    cookie: str
    submissions: int

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.app.extensions["grader"].engine.dispose()


def open_class(url: str, folder: Path, size: Size, now: datetime | None = None) -> LargeClass:
    """Fill a migrated database and start the application on it; it is half an hour before the due time."""
    moment = now or datetime.now(UTC)
    due = (moment + timedelta(minutes=30)).astimezone(ZoneInfo("America/Los_Angeles"))
    settings = Settings(
        instance_dir=folder,
        problems_dir=write_course(folder, size, due),
        database_url=url,
        secret_key=SecretStr("a secret for tests, long enough for anything"),
    )
    course = load_catalog(settings.problems_dir, folder).course
    engine = make_engine(url)
    with transaction(engine) as session:
        keys = [
            (problem, *publish_key(session.connection(), problem)) for problem in course.problems
        ]
        for assignment in course.assignments:
            publish_policy(session, course=course, assignment=assignment, actor=TA, now=moment)
        stored = _fill(session.connection(), keys, size, moment)
        made = make_signin_link(
            session, login_or_email=TA, now=moment, lifetime=LENGTH, limited=False
        )
        assert made is not None
        cookie = consume_link(session, token=made[1], now=moment, lifetime=LENGTH)
    settle(engine)
    return LargeClass(create_app(settings), engine, course, cookie, stored)


def answer_again(large: LargeClass, students: int, chance: Random) -> None:
    """So many students send one answer more each, through the service, as somebody else has before."""
    with transaction(large.engine) as session:
        everybody = session.scalars(select(Person.id).where(Person.role == "student")).all()
        for person in chance.sample(everybody, students):
            other = session.get_one(Submission, chance.randint(1, large.submissions))
            arrival = Arrival(
                person_id=person,
                part=other.part,
                text=other.text,
                source="form",
                idempotency_key=None,
                now=datetime.now(UTC),
            )
            signer = large.app.extensions["grader"].signer
            submit_within(session, course=large.course, signer=signer, arrival=arrival)


def settle(engine: Engine) -> None:
    """What a database does by itself before long: count its rows, and tidy up."""
    with engine.connect().execution_options(grader_begin=None) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")


def write_course(folder: Path, size: Size, due: datetime) -> Path:
    """Write the problems of a course of this size; gives their folder."""
    problems = folder / "problems"
    names = [f"problem{number}" for number in range(1, size.problems + 1)]
    times = [f"{each:%Y-%m-%dT%H:%M:%S}" for each in (due - LENGTH, due)]
    assignment = (
        f'title = "The large set"\nopens = {times[0]}\ndue = {times[1]}\nproblems = {names}\n'
        "[lateness]\nmax_late_days = 2\n[requests]\ndays = 7\nlimit = 3\n"
        "[explanations]\npoints = 4\n"
    ).replace("'", '"')
    parts = "".join(_PART.format(id=chr(ord("a") + number)) for number in range(size.parts))
    files = {"course.toml": _COURSE, f"{SLUG}/assignment.toml": assignment}
    for number, name in enumerate(names, start=1):
        files[f"{SLUG}/{name}/problem.toml"] = (
            f'number = "{number}"\ntitle = "Problem {number}"\n{parts}'
        )
        files[f"{SLUG}/{name}/statement.md"] = "Say some numbers.\n"
    for name, text in files.items():
        (problems / name).parent.mkdir(parents=True, exist_ok=True)
        (problems / name).write_text(text, encoding="utf-8")
    return problems


def publish_key(connection: Connection, problem: Problem) -> tuple[int, AnswerKey]:
    """Store a problem's first key and make it the active one; gives its id."""
    parts = {
        part.slug: PartKey(
            expected=Decimal(f"{number}.9117517586347537"),
            tolerance=Decimal("0.00001"),
            misconceptions=(Misconception("halved", Decimal(f"{number}.45587")),),
        )
        for number, part in enumerate(problem.parts, start=1)
    }
    key = AnswerKey(problem.slug, parts, {}, {})
    values = {
        "problem": problem.slug,
        "version": 1,
        "content": key_document(key),
        "provenance": {"solution": "0" * 64, "data": {}, "parameters": {}, "packages": {}},
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    key_id = connection.execute(
        insert(AnswerKeyRow).values(values).returning(AnswerKeyRow.id)
    ).scalar_one()
    connection.execute(insert(ActiveKey).values(problem=problem.slug, key_id=key_id))
    return key_id, key


def _fill(
    connection: Connection,
    keys: list[tuple[Problem, int, AnswerKey]],
    size: Size,
    now: datetime,
) -> int:
    chance = Random(size.students)  # noqa: S311 - invented answers need no secret numbers.
    rows = sorted(_answers(keys, size, chance, now), key=lambda row: row["submitted_at"])
    # As a chain would have it: how many receipts there are, and the newest one's hash.
    receipts = Counter(row["person_id"] for row in rows)
    newest = {row["person_id"]: row["receipt_sha256"] for row in rows}
    blank = {"email": "", "sis_user_id": "", "section": "", "receipts": 0, "last_receipt": None}
    people: list[dict[str, Any]] = [
        {
            **blank,
            "id": number,
            "login": f"s{number:05}",
            "name": f"Student {number * 7919 % 10007}",
            "section": SECTIONS[number % len(SECTIONS)],
            "role": "student",
            "active": True,
            "receipts": receipts[number],
            "last_receipt": newest.get(number),
        }
        for number in range(1, size.students + 1)
    ]
    people.append(
        {**blank, "id": size.students + 1, "login": TA, "name": "Tia", "role": "ta", "active": True}
    )
    connection.execute(insert(table(Person)), people)
    graded = []
    for number, row in enumerate(rows, start=1):
        verdict, tag = row.pop("verdict"), row.pop("misconception")
        row["id"] = row["receipt_number"] = number
        graded.append(
            {
                "submission_id": number,
                "key_id": row["key_id"],
                "verdict": verdict,
                "misconception": tag,
            }
        )
    _insert(connection, Submission, rows)
    _insert(connection, GradeRow, graded)
    for model in (Person, Submission):
        go_on_counting(connection, table(model))
    requests = [
        {
            "person_id": number,
            "assignment": SLUG,
            "number": 1,
            "about": keys[0][0].parts[0].slug,
            "reason": "I rounded.",
            "created_at": now,
        }
        for number in range(1, min(size.requests, size.students) + 1)
    ]
    _insert(connection, RegradeRequest, requests)
    return len(rows)


def _insert(connection: Connection, model: type[Base], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(insert(table(model)), rows[start : start + AT_ONCE])


def _answers(
    keys: list[tuple[Problem, int, AnswerKey]], size: Size, chance: Random, now: datetime
) -> Iterator[dict[str, Any]]:
    """Everybody's answers; a student's to one part are in the order of their attempts."""
    usual = size.submissions / (size.students * size.problems * size.parts)
    weights = [1 / (rank + 4) for rank in range(1, WRONG_VALUES + 1)]
    for problem, key_id, key in keys:
        for slug, part in key.parts.items():
            wrong = _wrong_values(part)
            grades = {value: grade(key, slug, value) for value in (*wrong, _right(part))}
            for person in range(1, size.students + 1):
                given = chance.choices(wrong, weights, k=round(chance.uniform(0, 2 * usual - 1)))
                if chance.random() < 0.9:
                    given.append(_right(part))
                ages = sorted((chance.betavariate(1, 3) for _ in given), reverse=True)
                for attempt, (value, age) in enumerate(zip(given, ages, strict=True), start=1):
                    yield {
                        "person_id": person,
                        "problem": problem.slug,
                        "part": slug,
                        "attempt": attempt,
                        "text": canonical(value),
                        "value": value,
                        "key_id": key_id,
                        "source": "form",
                        "idempotency_key": f"{slug}-{person}-{attempt}",
                        "late_seconds": 0,
                        "submitted_at": now - age * (LENGTH - timedelta(hours=1)),
                        "receipt_course": "T9 A large course, Winter 2026",
                        "receipt_sha256": f"{person:032}{attempt:032}",
                        "receipt_signature": b"s" * 64,
                        "receipt_signer": b"p" * 32,
                        "verdict": grades[value].verdict,
                        "misconception": grades[value].misconception,
                    }


def _right(part: PartKey) -> Decimal:
    return round(part.expected, 5)


def _wrong_values(part: PartKey) -> list[Decimal]:
    """Known mistakes and slips, roundings just outside the tolerance, and numbers out of nowhere."""
    known = [-part.expected, part.expected / 2, part.expected * 100, 1 - part.expected]
    near = [part.expected + part.tolerance * number for number in (2, -3, 8, 40, -90)]
    odd = [
        part.expected + Decimal(number * number) / 7
        for number in range(1, WRONG_VALUES - len(known) - len(near) + 1)
    ]
    assert all(grade_is_wrong(part, value) for value in (*known, *near, *odd))
    return [round(value, 5) for value in (*known, *near, *odd)]


def grade_is_wrong(part: PartKey, value: Decimal) -> bool:
    """Whether the key refuses this value."""
    key = AnswerKey("p", {"p/a": part}, {}, {})
    return grade(key, "p/a", value).verdict is Verdict.INCORRECT
