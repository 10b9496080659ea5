"""Scores decided by hand: added, never edited; read by the fold; written into the ledger."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.domain.decisions import Decider
from grader.domain.errors import InvalidRequest, NotAllowed, NotFound, NothingToDo
from grader.domain.policy import policy_of
from grader.domain.scoring import AssignmentScore, PartState
from grader.services.ledger.ledger import list_entries, verify
from grader.services.overrides.overriding import excuse, list_decisions, override, withdraw
from grader.services.policies.late_days import correct_late_days, list_corrections
from grader.services.scores.gradebook import gradebook, student_standing
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_policy,
    add_student,
    answer,
    open_course,
    student_score,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
TIA = Decider("tia", 77, "A typing slip.", NOW)


def give(session: Session, points: str = "1.5", about: str = A, **changes: Any) -> None:
    said: dict[str, Any] = {"course": COURSE, "login": "ada", "by": TIA, "seen": None} | changes
    override(session, about=about, points=Decimal(points), **said)


def late_days(session: Session, days: int, by: Decider = TIA, seen: int | None = None) -> None:
    correct_late_days(session, login="ada", days=days, budget=4, by=by, seen=seen)


def score_of(session: Session, person: int) -> AssignmentScore:
    return student_score(session, course=COURSE, assignment=SET, person_id=person)


def test_given_points_count_in_the_student_s_score_and_in_the_gradebook(session: Session) -> None:
    open_course(session)
    ada, ben = add_student(session), add_student(session, "ben")
    for person in (ada, ben):
        answer(session, person, A, "9")
        answer(session, person, B, RIGHT[B])
    before = score_of(session, ada)
    give(session)
    after = score_of(session, ada)
    assert after.points == before.points + Decimal("1.5")
    decision = after.part(A).decision
    assert decision is not None
    assert (decision.number, decision.reason, decision.actor, decision.at) == (
        1, "A typing slip.", "tia", NOW,
    )  # fmt: skip
    rows = gradebook(session, course=COURSE, assignment="set").rows
    assert [row.score for row in rows] == [after, before]


def test_the_newest_decision_holds_and_each_stays_a_row(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, A, RIGHT[A])
    automatic = score_of(session, ada)
    give(session, "1")
    give(session, "2", seen=1)
    assert score_of(session, ada).part(A).points == 2
    excuse(session, course=COURSE, login="ada", about=A, by=TIA, seen=2)
    assert score_of(session, ada).part(A).state is PartState.EXCUSED
    withdraw(session, login="ada", about=A, by=TIA, seen=3)
    assert score_of(session, ada) == automatic
    kinds = [(row.number, row.kind, row.points) for row in list_decisions(session, person_id=ada)]
    assert kinds == [
        (4, "withdrawn", None),
        (3, "excused", None),
        (2, "points", 2),
        (1, "points", 1),
    ]
    give(session, "3", seen=4)
    assert score_of(session, ada).part(A).points == 3


def test_a_student_can_be_excused_from_a_whole_assignment(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, A, RIGHT[A])
    excuse(session, course=COURSE, login="ada", about="set", by=TIA, seen=0)
    assert score_of(session, ada).excused
    later = student_score(session, course=COURSE, assignment=LATER, person_id=ada)
    assert not later.excused


def test_every_decision_stands_in_the_ledger_with_its_reason(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    give(session, "1.50")
    excuse(session, course=COURSE, login="ada", about=B, by=replace(TIA, reason=" Ill. "), seen=0)
    withdraw(session, login="ADA", about=A, by=TIA, seen=1)
    told = [
        (each.act, each.actor, each.about, each.login, each.reason, each.detail)
        for each in reversed(list_entries(session, person_id=ada))
    ]
    assert told == [
        ("override", "tia", A, "ada", "A typing slip.", {"points": "1.5"}),
        ("excused", "tia", B, "ada", "Ill.", {}),
        ("override withdrawn", "tia", A, "ada", "A typing slip.", {}),
    ]
    assert verify(session).faults == ()


@pytest.mark.parametrize("points", ["-0.01", "5.01", "1e9"])
def test_points_beyond_what_the_part_has_are_refused_with_its_range(
    points: str, session: Session
) -> None:
    open_course(session)
    add_student(session)
    with pytest.raises(InvalidRequest, match="between 0 and 5 points"):
        give(session, points)


@pytest.mark.parametrize("points", ["0", "5"])
def test_the_ends_of_the_range_belong_to_it(points: str, session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    give(session, points)
    assert score_of(session, ada).part(A).points == Decimal(points)


@pytest.mark.parametrize(
    ("call", "refusal", "words"),
    [
        (lambda session: give(session, about="set/sum/z"), NotFound, "no part 'set/sum/z'"),
        (lambda session: give(session, about="set"), NotFound, "no part 'set'"),
        (lambda session: give(session, login="eve"), NotFound, "Nobody on the roster"),
        (lambda session: give(session, by=replace(TIA, reason=" ")), InvalidRequest, "reason"),
        (
            lambda session: excuse(
                session, course=COURSE, login="ada", about="none", by=TIA, seen=None
            ),
            NotFound,
            "no part or assignment 'none'",
        ),
        (
            lambda session: withdraw(session, login="ada", about=A, by=TIA, seen=0),
            NothingToDo,
            "Nothing is decided",
        ),
    ],
)
def test_what_can_t_be_decided_is_refused_and_leaves_nothing(
    call: Callable[[Session], None], refusal: type[Exception], words: str, session: Session
) -> None:
    open_course(session)
    ada = add_student(session)
    with pytest.raises(refusal, match=words):
        call(session)
    assert list_decisions(session, person_id=ada) == []
    assert list_entries(session) == []


def test_a_part_that_the_published_rules_do_not_know_has_no_points_to_give(
    session: Session,
) -> None:
    open_course(session)
    add_student(session)
    add_policy(session, replace(policy_of(COURSE, SET), points={B: Decimal(3)}))
    with pytest.raises(InvalidRequest, match="do not know set/sum/a yet"):
        give(session)


def test_a_decision_that_was_taken_back_can_t_be_taken_back_again_by_another(
    session: Session,
) -> None:
    open_course(session)
    add_student(session)
    give(session)
    withdraw(session, login="ada", about=A, by=TIA, seen=1)
    tom = replace(TIA, actor="tom")
    with pytest.raises(NothingToDo):
        withdraw(session, login="ada", about=A, by=tom, seen=2)


def test_nobody_decides_about_themselves(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    own = replace(TIA, person_id=ada)
    calls: list[Callable[[], None]] = [
        lambda: give(session, by=own),
        lambda: excuse(session, course=COURSE, login="ada", about=A, by=own, seen=None),
        lambda: withdraw(session, login="ada", about=A, by=own, seen=None),
        lambda: late_days(session, days=1, by=own, seen=None),
    ]
    for call in calls:
        with pytest.raises(NotAllowed, match="your own work"):
            call()


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (lambda session: give(session, "4"), "Meanwhile tia gave 4 points: “A typing slip.”"),
        (
            lambda session: excuse(session, course=COURSE, login="ada", about=A, by=TIA, seen=None),
            "Meanwhile tia excused the student",
        ),
    ],
)
def test_the_second_of_two_who_decide_at_once_is_shown_what_the_first_did(
    first: Callable[[Session], None], told: str, session: Session
) -> None:
    open_course(session)
    ada = add_student(session)
    first(session)
    with pytest.raises(ChangedMeanwhile, match=told):
        give(session, "2", by=replace(TIA, actor="tom"), seen=0)
    assert len(list_decisions(session, person_id=ada)) == 1


def test_a_withdrawal_that_came_first_is_told_too(session: Session) -> None:
    open_course(session)
    add_student(session)
    give(session)
    withdraw(session, login="ada", about=A, by=TIA, seen=1)
    with pytest.raises(ChangedMeanwhile, match="took a decision back"):
        give(session, "2", seen=1)
    with pytest.raises(ChangedMeanwhile, match="not there any more"):
        give(session, "2", about=B, seen=1)


def test_the_same_form_sent_twice_is_one_decision(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    give(session, seen=0)
    give(session, seen=0)
    assert len(list_decisions(session, person_id=ada)) == 1


def test_late_days_can_be_given_and_taken_and_add_up(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    budget = student_standing(session, course=COURSE, assignment=SET, person_id=ada).late_days_left
    for seen, days in enumerate((3, -1)):
        late_days(session, days=days, by=TIA, seen=seen)
    standing = student_standing(session, course=COURSE, assignment=SET, person_id=ada)
    assert standing.late_days_left == budget + 2
    assert [(row.number, row.days) for row in list_corrections(session, person_id=ada)] == [
        (2, -1),
        (1, 3),
    ]
    assert [each.detail for each in list_entries(session)] == [{"days": -1}, {"days": 3}]


def test_a_budget_that_was_taken_away_pays_for_nothing(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, A, RIGHT[A], DUE + timedelta(hours=1))
    assert score_of(session, ada).points == 5
    late_days(session, days=-4, by=TIA, seen=0)
    assert (score_of(session, ada).points, score_of(session, ada).late_days) == (0, 0)
    book = gradebook(session, course=COURSE, assignment="set")
    assert [row.score for row in book.rows] == [score_of(session, ada)]


@pytest.mark.parametrize("days", [0, 31, -31])
def test_no_days_and_too_many_are_refused(days: int, session: Session) -> None:
    add_student(session)
    with pytest.raises(InvalidRequest, match="from 1 to 30"):
        late_days(session, days=days, by=TIA, seen=0)


def test_no_more_days_can_be_taken_than_there_are(session: Session) -> None:
    add_student(session)
    late_days(session, 1)
    with pytest.raises(
        InvalidRequest, match="has 5 late days for the term: at most 5 can be taken"
    ):
        late_days(session, -6)
    late_days(session, -5)
    with pytest.raises(InvalidRequest, match="has 0 late days"):
        late_days(session, -1)


def test_a_correction_beside_another_is_refused_and_the_same_form_sent_twice_is_one(
    session: Session,
) -> None:
    ada = add_student(session)
    late_days(session, 1, seen=0)
    late_days(session, 1, seen=0)
    assert len(list_corrections(session, person_id=ada)) == 1
    for days, by in ((2, TIA), (1, replace(TIA, actor="tom")), (1, replace(TIA, reason="Other."))):
        with pytest.raises(ChangedMeanwhile, match="corrected meanwhile"):
            late_days(session, days, by, seen=0)
    late_days(session, 1, seen=1)
    late_days(session, 1)
    assert len(list_corrections(session, person_id=ada)) == 3
