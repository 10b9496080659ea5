"""Hints come from the grades that stand, and every door tells the same ones."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, ActivePolicy, Hold, RegradeRun
from grader.domain.hinting import Mistake
from grader.domain.misconceptions import Hint
from grader.domain.policy import policy_of
from grader.services.answers.hinting import mistakes, own_hints
from grader.services.answers.progress import list_submissions, problem_progress
from grader.services.policies.publishing import active_policy
from grader.services.regrades import regrading
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_policy,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, PROBLEMS, SET

A, B = "set/sum/a", "set/sum/b"
SQUARED = {A: "0.25", B: "4"}
HINT = Hint("You squared.", "sums")


@pytest.fixture
def ada(session: Session) -> int:
    """A student of a course that tells hints from the second wrong attempt on."""
    open_course(session)
    return add_student(session)


def set_policy(session: Session, **changes: Any) -> None:
    add_policy(session, replace(policy_of(COURSE, SET), **changes))


def regrade(session: Session, values: dict[str, str]) -> int:
    add_key(session, make_key("set/sum", values))
    plan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    return regrading.apply(session, plan_id=plan.id, reason="why", actor="me", now=NOW).id


def hinted(session: Session, person: int) -> dict[str, Hint]:
    """The texts that a student is told a hint of; by the page and by the list of the API alike."""
    rows = list_submissions(session, person_id=person, limit=99)
    listed = own_hints(session, person_id=person, rows=rows)
    on_pages: dict[int, Hint] = {}
    for problem in PROBLEMS[:2]:
        policy = active_policy(session, "set")
        assert policy is not None
        for part in problem_progress(session, problem=problem, policy=policy, person_id=person):
            on_pages |= part.hints
    assert listed == on_pages
    return {row.text: listed[row.id] for row in rows if row.id in listed}


@pytest.mark.parametrize("after_wrong", [1, 2, 3])
def test_a_hint_is_told_from_the_policy_s_wrong_attempt_on_this_one_included(
    after_wrong: int, session: Session, ada: int
) -> None:
    set_policy(session, hints_after_wrong=after_wrong)
    for number in range(1, after_wrong):
        assert answer(session, ada, A, f"{number + 10}").hint is None
    assert answer(session, ada, A, SQUARED[A]).hint == HINT
    assert answer(session, ada, A, "7").hint is None
    assert hinted(session, ada) == {SQUARED[A]: HINT}


def test_before_that_and_with_never_no_door_tells_one(session: Session, ada: int) -> None:
    assert answer(session, ada, A, SQUARED[A]).hint is None
    assert hinted(session, ada) == {}
    set_policy(session, hints_after_wrong=None)
    assert answer(session, ada, A, "0.250001").hint is None
    assert answer(session, ada, A, SQUARED[A]).hint is None
    assert hinted(session, ada) == {}


def test_only_wrong_attempts_of_the_same_student_at_the_same_part_count(
    session: Session, ada: int
) -> None:
    for text in ("7", "8", "9"):
        answer(session, ada, B, text)
        answer(session, add_student(session, f"student{text}"), A, text)
    assert answer(session, ada, A, RIGHT[A]).hint is None
    assert answer(session, ada, A, SQUARED[A]).hint is None
    assert hinted(session, ada) == {}


def test_a_repeat_and_a_replay_tell_what_may_be_told_now(session: Session, ada: int) -> None:
    assert answer(session, ada, A, SQUARED[A], key="k").hint is None
    assert answer(session, ada, A, SQUARED[A]).hint is None
    answer(session, ada, A, "7", key="other")
    for again in (
        answer(session, ada, A, SQUARED[A], key="k"),
        answer(session, ada, A, "0.250", key="again"),
        answer(session, ada, A, "0.250", key="again"),
        answer(session, ada, A, ".25"),
    ):
        assert (again.attempt, again.hint) == (1, HINT)
    assert answer(session, ada, A, "7", key="other").hint is None


def test_a_regrade_tells_the_hints_of_its_key_and_undoing_takes_them_back(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, "0.5625")
    answer(session, ada, A, SQUARED[A])
    assert hinted(session, ada) == {SQUARED[A]: HINT}
    run = regrade(session, {A: "0.75", B: "2"})
    assert hinted(session, ada) == {"0.5625": HINT}
    assert answer(session, ada, A, "0.5625").hint == HINT
    regrading.undo(session, run_id=run, reason="why", actor="me", now=NOW)
    assert hinted(session, ada) == {SQUARED[A]: HINT}


def test_a_replay_that_says_correct_has_no_hint_though_the_answer_is_wrong_now(
    session: Session, ada: int
) -> None:
    set_policy(session, hints_after_wrong=1)
    answer(session, ada, A, RIGHT[A], key="k")
    regrade(session, {A: "-0.70710678", B: "2"})  # Its square is near the half of before.
    assert hinted(session, ada) == {RIGHT[A]: HINT}
    replayed = answer(session, ada, A, RIGHT[A], key="k")
    assert (replayed.verdict.value, replayed.hint) == ("correct", None)


def test_a_grade_that_a_hold_keeps_is_told_with_the_hint_of_its_own_key(
    session: Session, ada: int
) -> None:
    set_policy(session, hints_after_wrong=1)
    held, free = (
        answer(session, each, A, SQUARED[A]) for each in (ada, add_student(session, "bo"))
    )
    old = session.get_one(ActiveKey, "set/sum").key_id
    run = regrade(session, {A: "0.75", B: "2"})
    session.add(
        Hold(submission_id=held.id, plan_id=session.get_one(RegradeRun, run).plan_id, key_id=old)
    )
    session.flush()
    assert (held.hint, free.hint) == (HINT, HINT)
    assert hinted(session, ada) == {SQUARED[A]: HINT}
    assert answer(session, ada, A, SQUARED[A]).hint == HINT


def test_without_a_policy_nothing_is_told(session: Session, ada: int) -> None:
    for text in ("7", SQUARED[A]):
        answer(session, ada, A, text)
    rows = list_submissions(session, person_id=ada, limit=9)
    assert len(own_hints(session, person_id=ada, rows=rows)) == 1
    session.execute(delete(ActivePolicy))
    assert own_hints(session, person_id=ada, rows=rows) == {}


def test_staff_are_told_whatever_the_policy(session: Session, ada: int) -> None:
    set_policy(session, hints_after_wrong=None)
    for text in (SQUARED[A], "-0.5", "7", RIGHT[A]):
        answer(session, ada, A, text)
    rows = list_submissions(session, person_id=ada, limit=9)
    found = mistakes(session, rows)
    assert {row.text: found[row.id] for row in rows if row.id in found} == {
        SQUARED[A]: Mistake("squared", "You squared.", told=True),
        "-0.5": Mistake("generic:sign", "The sign is the other one.", told=False),
    }
