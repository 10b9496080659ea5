"""The columns of every file: parts, and explanations once students may see their marks."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.domain.decisions import Decider
from grader.domain.scoring import ExplanationShare
from grader.services.exporting import gradebook_export
from grader.services.gradebook import Gradebook, gradebook
from grader.services.gradescope_export import gradescope_export
from grader.services.overriding import excuse
from grader.services.questions import Question, class_possible, points_of, questions
from grader.services.workbook import workbook
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE

A, SUM, LAST = "set/sum/a", "set/sum", "set/last"


def marked(session: Session, *shares: ExplanationShare) -> Gradebook:
    """Ada's right answer, Ben's excuse from all of it, and these marks of explanations of Ada."""
    open_course(session)
    ada = add_student(session, "ada")
    add_student(session, "abe")
    answer(session, ada, A, RIGHT[A])
    by = Decider("tia", None, "ill", NOW)
    given: dict[str, Any] = {"course": COURSE, "by": by, "seen": None}
    excuse(session, login="abe", about="set", **given)
    excuse(session, login="ada", about="set/sum/b", **given)
    book = gradebook(session, course=COURSE, assignment="set")
    rows = tuple(
        replace(row, score=replace(row.score, explanations=shares))
        if row.person.login == "ada"
        else row
        for row in book.rows
    )
    return replace(book, rows=rows)


MARKED = (
    ExplanationShare(SUM, Decimal("1.5"), Decimal(4)),
    ExplanationShare(LAST, None, Decimal(4)),
    ExplanationShare("set/gone", Decimal(1), Decimal(4)),
)


def test_without_released_marks_there_are_the_parts_alone(session: Session) -> None:
    book = marked(session)
    assert [each.short for each in questions(book)] == ["1a", "1b", "1a", "1b2"]
    assert class_possible(book) == book.policy.possible == 10


def test_explanations_come_behind_the_parts_and_count(session: Session) -> None:
    book = marked(session, *MARKED)
    assert questions(book)[4:] == (
        Question(SUM, "1 explanation", "set/sum, explanation", Decimal(4)),
        Question(LAST, "1 explanation", "set/last, explanation", Decimal(4)),
    )
    assert class_possible(book) == 18
    (score,) = (row.score for row in book.rows if row.person.login == "ada")
    told = [points_of(score, each.slug) for each in questions(book)]
    assert told == [5, None, 0, 0, Decimal("1.5"), None]
    assert points_of(score, "set/none/a") is None


def test_every_file_has_the_columns_of_explanations(session: Session) -> None:
    book = marked(session, *MARKED)
    export = gradebook_export(book)
    assert export.columns[-5:] == (SUM, LAST, "total", "possible", "late_days")
    assert export.rows[-1][4:10] == (5, None, 0, 0, Decimal("1.5"), None)
    export = gradescope_export(session, book)
    assert export.columns[-2:] == (
        "5: set/sum, explanation (4.0 pts)",
        "6: set/last, explanation (4.0 pts)",
    )
    assert export.rows[-1][-6:] == (5, None, 0, 0, Decimal("1.5"), None)
    assert workbook(book, course="T1", version=1, actor="tia", now=NOW).startswith(b"PK")


@pytest.mark.parametrize("count", [0, 1])
def test_a_class_of_nobody_has_the_points_of_the_parts(session: Session, count: int) -> None:
    book = marked(session, *MARKED)
    assert class_possible(replace(book, rows=book.rows[:count])) == 10
