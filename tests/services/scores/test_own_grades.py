"""A student's grades: the score of each assignment that counts, and the attempts that it comes from."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy
from grader.services.scores.own_grades import Counting, own_grades
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE

A, B = "set/sum/a", "set/sum/b"
MINUTE = timedelta(minutes=1)


def test_of_each_part_the_first_right_attempt_counts(session: Session) -> None:
    open_course(session)
    ada, bob = add_student(session), add_student(session, "bob")
    answer(session, ada, A, "9", NOW)
    answer(session, ada, A, RIGHT[A], NOW + MINUTE)
    answer(session, ada, A, "10", NOW + 2 * MINUTE)
    answer(session, ada, B, "9", NOW)
    answer(session, bob, B, RIGHT[B], NOW)
    grades = own_grades(session, course=COURSE, person_id=ada, now=NOW)[0]
    assert grades.counting == {A: Counting(2, NOW + MINUTE)}
    assert grades.score.part(A).points == grades.policy.points[A]
    assert grades.score.points == grades.policy.points[A]


def test_who_has_done_nothing_has_grades_too(session: Session) -> None:
    open_course(session)
    grades = own_grades(session, course=COURSE, person_id=add_student(session), now=NOW)
    assert [each.assignment.slug for each in grades] == ["set", "later"]
    assert all(not each.counting and not each.score.points for each in grades)


def test_practice_and_what_has_no_rules_yet_have_none(session: Session) -> None:
    ada = add_student(session)
    assert own_grades(session, course=COURSE, person_id=ada, now=NOW) == ()
    open_course(session, graded=False)
    assert own_grades(session, course=COURSE, person_id=ada, now=NOW) == ()
    session.execute(delete(ActivePolicy))
    assert own_grades(session, course=COURSE, person_id=ada, now=NOW) == ()


@pytest.mark.parametrize(("early", "shown"), [(MINUTE, []), (timedelta(0), ["set", "later"])])
def test_an_assignment_has_grades_from_the_moment_it_opens(
    session: Session, early: timedelta, shown: list[str]
) -> None:
    open_course(session)
    opens = COURSE.assignments[0].opens
    assert opens is not None
    ada = add_student(session)
    found = own_grades(session, course=COURSE, person_id=ada, now=opens - early)
    assert [each.assignment.slug for each in found] == shown
