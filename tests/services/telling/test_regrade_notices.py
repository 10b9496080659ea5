"""What a regrade did to a student's score is told to them: in points, and without the staff's reason."""

from dataclasses import astuple, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.policy import policy_of
from grader.services.explanations.releases import release_marks
from grader.services.regrades import regrading
from grader.services.telling.regrade_notices import regrade_notices
from tests.services.explanations.marking_room import add_items, give, write
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_policy,
    add_student,
    answer,
    make_key,
    open_course,
    student_score,
)
from tests.support.courses import COURSE, SET

SUM, LAST = "set/sum", "set/last"
CORRECTED = {"set/sum/a": "0.75", "set/sum/b": "2"}
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Ada was right under the old key, Bob will be under the new one, Cleo is wrong under both."""
    open_course(session)
    ids = {login: add_student(session, login) for login in ("ada", "bob", "cleo")}
    answer(session, ids["ada"], "set/sum/a", RIGHT["set/sum/a"])
    answer(session, ids["ada"], "set/sum/b", RIGHT["set/sum/b"])
    answer(session, ids["bob"], "set/sum/a", "0.75")
    answer(session, ids["cleo"], "set/sum/a", "9")
    return ids


def regrade(session: Session) -> int:
    add_key(session, make_key(SUM, CORRECTED))
    problem = COURSE.problem(SUM)
    assert problem is not None
    plan = regrading.plan(session, course=COURSE, problem=problem, now=NOW)
    return regrading.apply(session, plan_id=plan.id, reason="typo", actor="cli:op", now=LATER).id


def told(session: Session, person: int, *problems: str) -> list[tuple[object, ...]]:
    found = regrade_notices(session, person_id=person, problems=problems or [SUM, LAST])
    return [astuple(notice) for notice in found]


def test_who_was_graded_otherwise_is_told_the_points_before_and_after(
    session: Session, people: dict[str, int]
) -> None:
    regrade(session)
    assert told(session, people["ada"]) == [(SUM, LATER, Decimal(8), Decimal(3), False)]
    assert told(session, people["bob"]) == [(SUM, LATER, Decimal(0), Decimal(5), False)]


def test_marks_of_explanations_are_no_part_of_it_released_or_not(
    session: Session, people: dict[str, int]
) -> None:
    add_policy(session, replace(policy_of(COURSE, SET), explanation_points=Decimal(4)))
    write(session, people["bob"], "because")
    add_items(session, "3")
    give(session, people["bob"], {1})
    release_marks(session, assignment=SET, released=True, seen=0, actor="ina", now=NOW)
    score = student_score(session, course=COURSE, assignment=SET, person_id=people["bob"])
    assert score.points == Decimal(3), "the mark is released, and counts"
    regrade(session)
    assert told(session, people["bob"]) == [(SUM, LATER, Decimal(0), Decimal(5), False)]


def test_who_was_not_is_told_nothing(session: Session, people: dict[str, int]) -> None:
    regrade(session)
    assert told(session, people["cleo"]) == []


def test_a_plan_alone_is_told_to_nobody(session: Session, people: dict[str, int]) -> None:
    add_key(session, make_key(SUM, CORRECTED))
    problem = COURSE.problem(SUM)
    assert problem is not None
    regrading.plan(session, course=COURSE, problem=problem, now=NOW)
    assert told(session, people["ada"]) == []


def test_an_undoing_is_told_too_the_newest_first(session: Session, people: dict[str, int]) -> None:
    run = regrade(session)
    undone = LATER + timedelta(hours=1)
    regrading.undo(session, run_id=run, reason="no typo", actor="cli:op", now=undone)
    back, there = told(session, people["bob"])
    assert there == (SUM, LATER, Decimal(0), Decimal(5), False)
    assert back == (SUM, undone, Decimal(5), Decimal(0), True)


def test_only_the_problems_that_are_asked_for_are_told(
    session: Session, people: dict[str, int]
) -> None:
    regrade(session)
    assert told(session, people["bob"], LAST) == []
