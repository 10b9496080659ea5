"""Many rows are read and added as they are, on both databases alike."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Integer, column, func, literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from grader.db import many_rows
from grader.db.many_rows import (
    add_grades,
    flag,
    graded_already,
    instant,
    microseconds,
    moment,
    stream,
    value_text,
)
from grader.db.models import GradeRow, Submission
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course

A = "set/sum/a"
MOMENTS = [
    NOW,
    NOW + timedelta(microseconds=1),
    NOW + timedelta(seconds=1, microseconds=999_999),
    datetime(2026, 3, 8, 10, 0, 0, 1, tzinfo=UTC),
]


@pytest.fixture
def answers(session: Session) -> list[int]:
    """Four answers, at odd moments; gives their ids."""
    open_course(session)
    ada = add_student(session)
    values = ("0.5", "1e-30", "-123456789.000000001", "7")
    return [
        answer(session, ada, A, value, at).id for value, at in zip(values, MOMENTS, strict=True)
    ]


def test_values_are_the_texts_and_moments_are_exact_to_the_microsecond(
    session: Session, answers: list[int]
) -> None:
    query = select(Submission.id, value_text(), instant(session), Submission.submitted_at)
    rows = session.execute(query.order_by(Submission.id)).all()
    assert [row[0] for row in rows] == answers
    assert [row[1] for row in rows][:1] == ["0.5"]
    assert all(isinstance(row[1], str) for row in rows)
    counted = microseconds([row[2] for row in rows]).tolist()
    assert [moment(each) for each in counted] == [row[3] for row in rows] == MOMENTS
    assert microseconds([]).tolist() == []


@pytest.mark.usefixtures("answers")
def test_a_condition_is_one_or_nought(session: Session) -> None:
    rows = session.execute(select(flag(Submission.attempt > 2)).order_by(Submission.id))
    assert [row[0] for row in rows] == [0, 0, 1, 1]


def test_rows_come_some_at_a_time(
    session: Session, answers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_rows, "ROWS_AT_ONCE", 3)
    query = select(Submission.id).order_by(Submission.id)
    with stream(session, query) as chunks:
        parts = [[row[0] for row in rows] for rows in chunks]
    assert parts == [answers[:3], answers[3:]]


@pytest.mark.parametrize("there", [0, 1, 2, 3, 4])
def test_each_row_comes_once_however_few_there_are(
    session: Session, answers: list[int], monkeypatch: pytest.MonkeyPatch, there: int
) -> None:
    monkeypatch.setattr(many_rows, "ROWS_AT_ONCE", 2)
    query = select(Submission.id, literal("x")).where(Submission.attempt <= there)
    with stream(session, query) as chunks:
        assert sorted(row for rows in chunks for row in rows) == [
            (number, "x") for number in answers[:there]
        ]


def test_what_fails_while_rows_come_is_told_as_ever(session: Session) -> None:
    """By the kind of the error a page knows whether the database is away."""
    with (
        pytest.raises(DBAPIError),
        stream(session, select(literal(1))) as chunks,
    ):
        driver: Any = session.connection().connection.driver_connection
        driver.close()
        list(chunks)


def test_a_million_rows_take_no_more_memory_than_some(session: Session) -> None:
    numbers = {
        "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
        "SELECT i FROM n)",
        "postgresql": "(SELECT i FROM generate_series(1, 300000) AS g(i))",
    }[session.get_bind().dialect.name]
    query = select(column("i", Integer), literal("x" * 50)).select_from(text(f"{numbers} AS many"))
    tracemalloc.start()
    try:
        with stream(session, query) as chunks:
            assert sum(len(rows) for rows in chunks) == 300_000
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "tag", [None, "halved", "staff-1", "généric:x", "a\tb\\N\nc\rd", "\\N", ""]
)
def test_grades_are_added_as_they_are_told(
    session: Session, answers: list[int], tag: str | None
) -> None:
    key = add_key(session, make_key("set/sum", {A: "0.7", "set/sum/b": "2"}))
    assert graded_already(session, key_id=key, first=answers[0], last=answers[-1]) == set()
    alike = [
        ("incorrect", tag, answers[1:3]),
        ("correct", None, answers[3:]),
        ("correct", None, []),
    ]
    add_grades(session, key_id=key, alike=alike)
    rows = session.execute(
        select(GradeRow.submission_id, GradeRow.verdict, GradeRow.misconception)
        .where(GradeRow.key_id == key)
        .order_by(GradeRow.submission_id)
    )
    assert [tuple(row) for row in rows] == [
        (answers[1], "incorrect", tag),
        (answers[2], "incorrect", tag),
        (answers[3], "correct", None),
    ]
    assert graded_already(session, key_id=key, first=answers[0], last=answers[2]) == {*answers[1:3]}
    assert session.scalars(select(func.count()).select_from(GradeRow)).one() == 7


def test_a_grade_that_is_there_already_is_refused_as_by_any_other_statement(
    session: Session, answers: list[int]
) -> None:
    key = add_key(session, make_key("set/sum", {A: "0.7", "set/sum/b": "2"}))
    add_grades(session, key_id=key, alike=[("correct", None, answers)])
    with pytest.raises(IntegrityError):
        add_grades(session, key_id=key, alike=[("correct", None, answers[:1])])
    session.rollback()


def test_adding_grades_is_part_of_the_transaction(session: Session, answers: list[int]) -> None:
    key = add_key(session, make_key("set/sum", {A: "0.7", "set/sum/b": "2"}))
    with session.begin_nested() as attempt:
        add_grades(session, key_id=key, alike=[("correct", None, answers)])
        attempt.rollback()
    assert graded_already(session, key_id=key, first=1, last=99) == set()
