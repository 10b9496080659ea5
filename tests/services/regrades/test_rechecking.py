"""Stored grades are computed again, and whatever differs is found."""

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from grader.db import many_rows
from grader.db.models import AnswerKeyRow, GradeRow
from grader.services.regrades import regrading
from grader.services.regrades.rechecking import Differing, count_grades, differing, without_grade
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"
RIGHT, WRONG = ("correct", None), ("incorrect", None)


@pytest.fixture
def graded(session: Session) -> None:
    """Seven answers to two problems, those of one under two keys."""
    open_course(session)
    for login in ("ada", "ben"):
        person = add_student(session, login)
        for part, value in ((A, "0.5"), (A, "0.75"), (B, "2")):
            answer(session, person, part, value)
    answer(session, person, "set/last/a", "9")
    add_key(session, make_key(SUM, {A: "0.75", B: "2"}))
    plan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    regrading.apply(session, plan_id=plan.id, reason="r", actor="me", now=NOW)


def tamper(session: Session, sql: str) -> None:
    """Change grades behind the back of everything that forbids it."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER grades_no_{verb}"))
    connection.execute(text(sql))


def grades(session: Session) -> list[tuple[int, int]]:
    return [
        (submission, version)
        for submission, version in session.execute(
            select(GradeRow.submission_id, AnswerKeyRow.version)
            .join(AnswerKeyRow, AnswerKeyRow.id == GradeRow.key_id)
            .order_by(GradeRow.submission_id, GradeRow.key_id)
        )
    ]


@pytest.mark.usefixtures("graded")
def test_nothing_differs_where_nobody_tampered(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_rows, "ROWS_AT_ONCE", 4)
    heard = list[int]()
    assert list(differing(session, told=heard.append)) == []
    assert (count_grades(session), count_grades(session, SUM)) == (13, 12)
    assert (count_grades(session, "set/last"), count_grades(session, "set/none")) == (1, 0)
    assert heard[-1] == 13
    assert len(heard) == 5
    assert without_grade(session) == 0


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("seed", range(6))
def test_each_verdict_that_was_turned_is_found_whichever_it_is(session: Session, seed: int) -> None:
    submission, version = grades(session)[seed]
    key = select(AnswerKeyRow.id).where(
        AnswerKeyRow.problem == SUM, AnswerKeyRow.version == version
    )
    before = session.execute(
        select(GradeRow.verdict).where(
            GradeRow.submission_id == submission, GradeRow.key_id == key.scalar_subquery()
        )
    ).scalar_one()
    tamper(
        session,
        "UPDATE grades SET verdict = CASE verdict WHEN 'correct' THEN 'incorrect' ELSE 'correct' END "
        f"WHERE submission_id = {submission} AND key_id = {session.scalars(key).one()}",
    )
    was, turned = (RIGHT, WRONG) if before == "correct" else (WRONG, RIGHT)
    assert list(differing(session)) == [Differing(submission, SUM, version, turned, was)]
    assert list(differing(session, problem="set/last")) == []


@pytest.mark.usefixtures("graded")
def test_a_tag_that_was_changed_is_found_too(session: Session) -> None:
    tamper(session, "UPDATE grades SET misconception = 'x' WHERE submission_id = 7")
    (found,) = differing(session)
    assert (found.stored[1], found.computed) == ("x", WRONG)


@pytest.mark.usefixtures("graded")
def test_what_is_no_verdict_at_all_is_told_as_it_is(session: Session) -> None:
    tamper(session, "UPDATE grades SET verdict = 'perhaps' WHERE submission_id = 7")
    (found,) = differing(session)
    assert (found.stored, found.computed) == (("perhaps", None), WRONG)


@pytest.mark.usefixtures("graded")
def test_a_grade_under_the_key_of_another_problem_is_told(session: Session) -> None:
    other = session.scalars(select(AnswerKeyRow.id).where(AnswerKeyRow.problem == "set/last")).one()
    row = {"verdict": "correct", "misconception": None}
    session.add(GradeRow(submission_id=1, key_id=other, **row))
    session.flush()
    assert list(differing(session)) == [Differing(1, "set/last", 1, RIGHT, None)]


@pytest.mark.usefixtures("graded")
def test_a_part_that_the_key_lacks_is_told(session: Session) -> None:
    lacking = add_key(session, make_key(SUM, {A: "0.5"}))
    session.add(GradeRow(submission_id=3, key_id=lacking, verdict="correct", misconception=None))
    session.flush()
    assert list(differing(session)) == [Differing(3, SUM, 3, RIGHT, None)]


@pytest.mark.usefixtures("graded")
def test_an_answer_without_a_grade_under_the_active_key_is_counted(session: Session) -> None:
    tamper(session, "DELETE FROM grades WHERE submission_id = 1 AND key_id <> 1")
    assert (without_grade(session), without_grade(session, problem="set/last")) == (1, 0)


def test_an_answer_to_a_problem_without_an_active_key_is_without_a_grade(engine: Engine) -> None:
    with Session(engine) as session:
        open_course(session)
        answer(session, add_student(session), A, "0.5")
        session.execute(text("DELETE FROM active_keys WHERE problem = 'set/sum'"))
        assert without_grade(session) == 1
