"""What staff see of one student."""

from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, Person
from grader.services.records.student_record import student_record
from tests.support.classroom import add_student, answer, open_course
from tests.support.courses import COURSE, LATER, SET


def test_of_an_assignment_without_rules_there_is_no_standing(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, "set/sum/a", "0.5")
    session.execute(delete(ActivePolicy).where(ActivePolicy.assignment == LATER.slug))
    found = student_record(
        session, course=COURSE, person=session.get_one(Person, ada), most=10
    ).assignments
    standings = {each.assignment.slug: each.standing for each in found}
    assert standings.keys() == {SET.slug, LATER.slug}
    assert standings[LATER.slug] is None
    own = standings[SET.slug]
    assert own is not None
    assert own.score.correct == 1


def test_what_is_graded_comes_before_practice_and_else_the_course_s_order_stays(
    session: Session,
) -> None:
    practice = [replace(SET, slug=slug, problems=(), graded=False) for slug in ("warmup", "more")]
    course = replace(COURSE, assignments=(practice[0], SET, practice[1], LATER))
    open_course(session, course)
    ada = session.get_one(Person, add_student(session))
    found = student_record(session, course=course, person=ada, most=10).assignments
    assert [each.assignment.slug for each in found] == ["set", "later", "warmup", "more"]
