"""Plans of several problems of one assignment: each states the points of all of them, as they are by then."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from grader.db.models import RegradePlan
from grader.domain.errors import StalePlan
from grader.services.regrades import regrading
from grader.services.telling.regrade_notices import regrade_notices
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS, SET

SUM, LAST = PROBLEMS[0], PROBLEMS[1]
BESIDE = "the grades of the problems beside it changed"


@pytest.fixture
def ada(session: Session) -> int:
    """Right by keys that are still to come: at one part of each of two problems."""
    open_course(session)
    person = add_student(session, "ada")
    answer(session, person, "set/sum/a", "0.75")
    answer(session, person, "set/last/a", "-3")
    add_key(session, make_key("set/sum", {"set/sum/a": "0.75", "set/sum/b": "2"}))
    add_key(session, make_key("set/last", {"set/last/a": "-3", "set/last/b2": "10"}))
    return person


def plans(session: Session) -> list[RegradePlan]:
    return [
        regrading.plan(session, course=COURSE, problem=problem, now=NOW) for problem in (SUM, LAST)
    ]


def apply(session: Session, plan: int) -> None:
    regrading.apply(session, plan_id=plan, reason="typo", actor="ina", now=NOW)


def told(plan: RegradePlan) -> tuple[str, str]:
    (student,) = plan.content["students"]
    return student["before"], student["after"]


def test_a_plan_is_refused_once_another_problem_of_its_assignment_was_regraded(
    session: Session, ada: int
) -> None:
    assert ada
    first, second = plans(session)
    apply(session, first.id)
    with pytest.raises(StalePlan, match=BESIDE):
        apply(session, second.id)


def test_made_anew_it_changes_the_same_from_the_points_of_now(session: Session, ada: int) -> None:
    first, second = plans(session)
    assert told(first)[0] == told(second)[0] == "0"
    apply(session, first.id)
    made = regrading.renewed(session, course=COURSE, plan_id=second.id)
    assert made is not None
    anew = regrading.store_plan(session, made=made, now=NOW)
    assert (anew.to_key_id, anew.scope, anew.rule) == (
        second.to_key_id,
        second.scope,
        second.rule,
    )
    assert anew.content["matrix"] == second.content["matrix"]
    assert told(anew)[0] == told(first)[1] != "0"
    apply(session, anew.id)
    notices = regrade_notices(session, person_id=ada, problems=[SUM.slug, LAST.slug])
    newest, oldest = [(str(each.before), str(each.after)) for each in notices]
    assert oldest[1] == newest[0]


def test_it_is_not_made_anew_where_nothing_moved_or_more_than_that(
    session: Session, ada: int
) -> None:
    first, second = plans(session)
    assert regrading.renewed(session, course=COURSE, plan_id=second.id) is None
    assert regrading.renewed(session, course=COURSE, plan_id=99) is None
    apply(session, first.id)
    add_key(session, make_key("set/last", {"set/last/a": "-4", "set/last/b2": "10"}))
    assert regrading.renewed(session, course=COURSE, plan_id=second.id) is None
    assert ada


def test_answers_that_came_meanwhile_are_no_reason_against_it(session: Session, ada: int) -> None:
    first, second = plans(session)
    apply(session, first.id)
    answer(session, ada, "set/last/b2", "11")
    assert regrading.renewed(session, course=COURSE, plan_id=second.id) is not None


def test_a_problem_that_the_files_have_no_more_has_no_plan_made_anew(
    session: Session, ada: int
) -> None:
    assert ada
    first, second = plans(session)
    apply(session, first.id)
    fewer = replace(SET, problems=(SUM,))
    course = replace(COURSE, assignments=(fewer,))
    assert regrading.renewed(session, course=course, plan_id=second.id) is None
