"""What another tolerance would change: worked out from the answers of the class and the grades that stand."""

from decimal import Decimal

from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.regrade_scope import Scope
from grader.domain.what_if import Effect
from grader.services.figures.what_if import part_what_if
from grader.services.regrades import regrading
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"


def effect(session: Session, tolerance: str, expected: str = "0.5") -> Effect:
    key = make_key(SUM, {A: expected}).parts[A]
    part = PROBLEMS[0].parts[0]
    found = part_what_if(session, problem=PROBLEMS[0], part=part, key=key)
    return found.effect(Decimal(tolerance))


def test_the_answers_of_active_students_to_this_part_are_counted(session: Session) -> None:
    open_course(session)
    ada, ben, gone = (add_student(session, login) for login in ("ada", "ben", "gone"))
    for person, part, text in (
        (ada, A, "0.50002"),
        (ada, A, "0.500001"),
        (ben, A, "0.50002"),
        (ben, A, "7"),
        (ben, B, "0.50003"),
        (gone, A, "0.50002"),
    ):
        answer(session, person, part, text)
    session.get_one(Person, gone).active = False
    session.flush()
    assert effect(session, "0.00005") == Effect(
        Decimal("0.00005"), to_correct=2, to_incorrect=0, gaining=1, losing=0
    )
    assert effect(session, "0.0000005") == Effect(
        Decimal("0.0000005"), to_correct=0, to_incorrect=1, gaining=0, losing=1
    )


def test_an_answer_whose_grade_a_regrade_kept_counts_as_it_stands(session: Session) -> None:
    open_course(session)
    for login, section in (("ada", "Mon"), ("ben", "Tue")):
        answer(session, add_student(session, login, section=section), A, "0.5")
    add_key(session, make_key(SUM, {A: "0.75", B: "2"}))
    made = regrading.plan(
        session, course=COURSE, problem=PROBLEMS[0], now=NOW, scope=Scope(sections=("Mon",))
    )
    regrading.apply(session, plan_id=made.id, reason="typo", actor="me", now=NOW)
    found = effect(session, "0.00001", expected="0.75")
    assert (found.to_correct, found.to_incorrect, found.losing) == (0, 1, 1), "Ben's was kept"
