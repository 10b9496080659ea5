"""Scores are folded from the standing grades, late days across the term included."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from grader.domain.errors import NoPolicy, NotFound
from grader.services.gradebook import gradebook, student_score
from tests.services.people import add_person
from tests.support.classroom import RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE, LATER, SET
from tests.support.values import DUE

LATE = timedelta(hours=1)
DAY = timedelta(days=1)


def test_only_active_students_stand_in_it_in_order_of_name(session: Session) -> None:
    open_course(session)
    for login in ("zoe", "ada", "Mel"):
        add_student(session, login.lower(), name=login)
    add_student(session, "gone", active=False)
    add_person(session, "tia", role="ta")
    book = gradebook(session, course=COURSE, assignment="set")
    assert [row.person.name for row in book.rows] == ["ada", "Mel", "zoe"]


def test_late_days_that_earlier_work_spent_are_missing_later(session: Session) -> None:
    open_course(session, closes=None, late_days=2)
    ada = add_student(session)
    answer(session, ada, "set/sum/a", RIGHT["set/sum/a"], DUE + DAY + LATE)
    later_due = LATER.due
    assert later_due is not None
    answer(session, ada, "later/only/a", RIGHT["later/only/a"], later_due + LATE)
    first = student_score(session, course=COURSE, assignment=SET, person_id=ada)
    second = student_score(session, course=COURSE, assignment=LATER, person_id=ada)
    assert (str(first.points), first.late_days) == ("5", 2)
    assert (str(second.points), second.late_days) == ("0", 0)


def test_late_days_that_were_not_spent_are_there_later(session: Session) -> None:
    open_course(session, closes=None, late_days=2)
    ada = add_student(session)
    answer(session, ada, "set/sum/a", RIGHT["set/sum/a"], DUE - LATE)
    later_due = LATER.due
    assert later_due is not None
    answer(session, ada, "later/only/a", RIGHT["later/only/a"], later_due + LATE)
    second = student_score(session, course=COURSE, assignment=LATER, person_id=ada)
    assert (str(second.points), second.late_days) == ("10", 1)


def test_an_unknown_assignment_and_one_without_a_policy_are_refused(session: Session) -> None:
    with pytest.raises(NotFound, match="nothing"):
        gradebook(session, course=COURSE, assignment="nothing")
    with pytest.raises(NoPolicy, match="policy publish"):
        gradebook(session, course=COURSE, assignment="set")
