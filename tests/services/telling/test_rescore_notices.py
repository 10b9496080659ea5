"""What a rescore did to a student's score is told to them: as they see it, and without the staff's reason."""

from dataclasses import astuple, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.decisions import Decider
from grader.domain.seen_scores import SeenScore
from grader.services.policies.late_days import correct_late_days
from grader.services.regrades import regrading
from grader.services.scores.own_grades import own_grades
from grader.services.telling.regrade_notices import Notice
from grader.services.telling.rescore_notices import RescoreNotice, rescore_notices
from grader.web.rescore_words import rescore_notice
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.rescores import apply, plan, publish, undo
from tests.support.values import DUE

A, B, ONLY = "set/sum/a", "set/sum/b", "later/only/a"
FIRST, SECOND, THIRD = (NOW + timedelta(hours=number) for number in (1, 2, 3))


def score(points: str, late_days: int = 0, possible: str = "10") -> SeenScore:
    return SeenScore(Decimal(points), Decimal(possible), late_days)


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Ada was right in time, Bob an hour late, with one late day for the whole term."""
    open_course(session)
    ids = {login: add_student(session, login) for login in ("ada", "bob")}
    answer(session, ids["ada"], A, RIGHT[A])
    answer(session, ids["bob"], A, RIGHT[A], DUE + timedelta(hours=1))
    by = Decider("op", None, "so", NOW)
    correct_late_days(session, login="bob", days=-3, budget=4, by=by, seen=None)
    return ids


def told(session: Session, person: int, assignment: str = "set") -> list[RescoreNotice]:
    return list(rescore_notices(session, person_id=person, assignment=assignment))


def test_who_sees_another_score_is_told_it_before_and_after(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)
    apply(session, plan(session), now=FIRST)
    before, after = score("5", 1), score("0")
    assert told(session, people["bob"]) == [
        RescoreNotice("set", "set", FIRST, before, after, undone=False)
    ]
    assert told(session, people["ada"]) == []


def test_a_plan_alone_is_told_to_nobody(session: Session, people: dict[str, int]) -> None:
    publish(session, max_late_days=0)
    plan(session)
    assert told(session, people["bob"]) == []


def test_an_undoing_is_told_too_the_newest_first_with_what_came_in_between(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)
    run = apply(session, plan(session), now=FIRST)
    answer(session, people["bob"], B, RIGHT[B])
    undo(session, run, now=SECOND)
    back, there = told(session, people["bob"])
    assert (there.at, there.undone) == (FIRST, False)
    assert astuple(back) == ("set", "set", SECOND, (3, 10, 0), (8, 10, 1), True)


def test_a_later_assignment_is_told_of_where_its_score_moved_and_not_elsewhere(
    session: Session, people: dict[str, int]
) -> None:
    due = LATER.due
    assert due is not None
    answer(session, people["bob"], ONLY, RIGHT[ONLY], due + timedelta(hours=1))
    publish(session, graded=False)
    apply(session, plan(session), now=FIRST)
    assert told(session, people["bob"]) == [], "5 points with one late day, as before"
    (notice,) = told(session, people["bob"], "later")
    assert (notice.rules_of, notice.before, notice.after) == ("set", score("0"), score("10", 1))


def test_the_reason_among_staff_is_no_part_of_it(session: Session, people: dict[str, int]) -> None:
    publish(session, max_late_days=0)
    apply(session, plan(session), reason="the dean insisted")
    assert "dean" not in repr(told(session, people["bob"]))


def test_regrades_and_rescores_stand_in_one_list_the_newest_first(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)
    run = apply(session, plan(session), now=FIRST)
    add_key(session, make_key("set/sum", {A: "0.75", B: "2"}))
    problem = COURSE.problem("set/sum")
    assert problem is not None
    made = regrading.plan(session, course=COURSE, problem=problem, now=NOW).id
    regrading.apply(session, plan_id=made, reason="typo", actor="op", now=SECOND)
    undo(session, run, now=THIRD)
    grades = own_grades(session, course=COURSE, person_id=people["bob"], now=NOW)[0]
    assert [type(each) for each in grades.notices] == [Notice, RescoreNotice]
    assert [each.at for each in grades.notices] == [SECOND, FIRST]
    grades = own_grades(session, course=COURSE, person_id=people["ada"], now=NOW)[0]
    assert [type(each) for each in grades.notices] == [Notice]


TOLD = RescoreNotice("set", "set", NOW, score("3"), score("5.50"), undone=False)


HERE = "The rules of this assignment"
THERE = " changed, and with them the late days left for this assignment: "
MOVED = "your score went from 3 of 10 to 5.5 of 10"


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        (TOLD, f"{HERE} changed: {MOVED}."),
        (
            replace(TOLD, undone=True, after=score("3", 0, "9")),
            f"{HERE} were changed back: your score went from 3 of 10 to 3 of 9.",
        ),
        (
            replace(TOLD, before=score("3", 1)),
            f"{HERE} changed: {MOVED}, and it takes no late day in place of 1.",
        ),
        (
            replace(TOLD, before=score("5", 2), after=score("5", 1)),
            f"{HERE} changed: your score stayed at 5 of 10, and it takes 1 late day in place of 2.",
        ),
        (replace(TOLD, assignment="later"), f"The rules of {SET.title}{THERE}{MOVED}."),
        (replace(TOLD, rules_of="gone"), f"The rules of gone{THERE}{MOVED}."),
    ],
)
def test_a_rescore_is_told_in_plain_words(notice: RescoreNotice, said: str) -> None:
    assert rescore_notice(notice, COURSE) == said
