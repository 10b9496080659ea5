"""The columns of every file: parts, and explanations once students may see their marks."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.domain.decisions import Decider
from grader.domain.scoring import Explained
from grader.services.exports.exporting import gradebook_export
from grader.services.exports.gradescope_export import gradescope_export
from grader.services.exports.questions import Question, class_possible, points_of, questions
from grader.services.exports.workbook import workbook
from grader.services.overrides.overriding import excuse
from grader.services.scores.gradebook import Gradebook, gradebook
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE

A, SUM, LAST, GONE = "set/sum/a", "set/sum", "set/last", "set/gone/a"


def marked(session: Session, marks: Explained | None = None) -> Gradebook:
    """Ada's right answer, Abe's excuse from all of it, and these marks of explanations of Ada (None: unseen).

    The policy is older than the files: it knows a problem that has gone since.
    """
    open_course(session)
    ada = add_student(session, "ada")
    add_student(session, "abe")
    answer(session, ada, A, RIGHT[A])
    by = Decider("tia", None, "ill", NOW)
    given: dict[str, Any] = {"course": COURSE, "by": by, "seen": None}
    excuse(session, login="abe", about="set", **given)
    excuse(session, login="ada", about="set/sum/b", **given)
    book = gradebook(session, course=COURSE, assignment="set")
    everybody = replace(
        book.everybody,
        policy=replace(
            book.policy,
            points={**book.policy.points, GONE: Decimal(0)},
            explanation_points=Decimal(4),
        ),
        marks=None if marks is None else {ada: marks},
    )
    return replace(
        book,
        everybody=everybody,
        rows=tuple(replace(row, everybody=everybody) for row in book.rows),
    )


MARKS = {SUM: Decimal("1.5"), "set/gone": Decimal(1)}


def test_without_released_marks_there_are_the_parts_alone(session: Session) -> None:
    book = marked(session)
    assert [each.short for each in questions(book)] == ["1a", "1b", "1a", "1b2", GONE]
    assert class_possible(book) == book.policy.possible == 10


def test_explanations_come_behind_the_parts_and_count(session: Session) -> None:
    book = marked(session, MARKS)
    assert questions(book)[5:] == (
        Question(SUM, "1 explanation", "set/sum, explanation", Decimal(4)),
        Question(LAST, "1 explanation", "set/last, explanation", Decimal(4)),
    )
    assert class_possible(book) == 18
    (score,) = (row.score for row in book.rows if row.person.login == "ada")
    told = [points_of(score, each.slug) for each in questions(book)]
    assert told == [5, None, 0, 0, 0, Decimal("1.5"), None]
    assert points_of(score, "set/none/a") is None


def test_every_file_has_the_columns_of_explanations(session: Session) -> None:
    book = marked(session, MARKS)
    export = gradebook_export(book)
    assert export.columns[-5:] == (SUM, LAST, "total", "possible", "late_days")
    assert export.rows[-1][4:11] == (5, None, 0, 0, 0, Decimal("1.5"), None)
    export = gradescope_export(session, book)
    assert export.columns[-2:] == (
        "6: set/sum, explanation (4.0 pts)",
        "7: set/last, explanation (4.0 pts)",
    )
    assert export.rows[-1][-7:] == (5, None, 0, 0, 0, Decimal("1.5"), None)
    assert workbook(book, course="T1", version=1, actor="tia", now=NOW).startswith(b"PK")


def test_only_a_class_that_is_given_points_for_explanations_has_them(session: Session) -> None:
    book = marked(session, MARKS)
    nothing = replace(book.policy, explanation_points=Decimal(0))
    unpaid = replace(book, everybody=replace(book.everybody, policy=nothing))
    assert len(questions(unpaid)) == len(questions(book)) - 2 == 5


@pytest.mark.parametrize("count", [0, 1])
def test_a_class_of_nobody_and_one_excused_have_the_same_questions(
    session: Session, count: int
) -> None:
    book = marked(session, MARKS)
    few = replace(book, rows=book.rows[:count])
    assert questions(few) == questions(book)
    assert class_possible(few) == 18
    assert gradebook_export(few).columns[-5:-3] == (SUM, LAST)


def test_practice_has_no_question_about_explanations(session: Session) -> None:
    book = marked(session, MARKS)
    practice = replace(
        book, everybody=replace(book.everybody, policy=replace(book.policy, graded=False))
    )
    assert [each.slug for each in questions(practice)] == list(book.policy.points)
    assert gradebook_export(practice).columns[-2:] == ("correct", "parts")
