"""Rescores beside each other, beside publications and beside students who go on answering."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, RescoreRun
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, StalePlan
from grader.domain.policy import policy_of
from grader.domain.problem import AttemptRules
from grader.services.answers.arriving import Submitted
from grader.services.ledger.ledger import verify
from grader.services.policies.publishing import active_policy, publish_policy
from grader.services.rescores import rescoring
from grader.services.scores.gradebook import gradebook
from tests.support.answering import submit
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_policy,
    add_student,
    answer,
    arrive,
    count,
    open_course,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.people import at_once
from tests.support.rescores import apply, course_with, plan, publish, undo
from tests.support.signers import SIGNER
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
AFTER = DUE + timedelta(hours=1)


@pytest.fixture
def planned(engine: Engine) -> int:
    """Bob was right an hour late; new rules wait, with a plan."""
    with transaction(engine) as session:
        open_course(session)
        answer(session, add_student(session, "bob"), A, RIGHT[A], AFTER)
        publish(session, max_late_days=0)
        return plan(session)


def refused(engine: Engine, act: Callable[[Session], object]) -> str:
    """What comes of an act in a transaction of its own: nothing, or the words of a refusal."""
    try:
        with transaction(engine) as session:
            act(session)
    except GraderError as error:
        return str(error)
    return ""


def test_of_two_who_apply_one_plan_at_once_one_does(engine: Engine, planned: int) -> None:
    told = at_once(2, lambda: refused(engine, lambda session: apply(session, planned)))
    assert sorted(bool(each) for each in told) == [False, True]
    assert "the policy of set changed" in "".join(told)
    with reading(engine) as session:
        assert count(session, RescoreRun) == 1


def test_of_two_who_undo_a_run_at_once_one_does(engine: Engine, planned: int) -> None:
    with transaction(engine) as session:
        run = apply(session, planned)
    told = at_once(2, lambda: refused(engine, lambda session: undo(session, run)))
    assert sorted(bool(each) for each in told) == [False, True]
    assert "undone already" in "".join(told)


def test_rescores_of_two_assignments_that_share_late_days_go_one_after_another(
    engine: Engine, planned: int
) -> None:
    """Each plan rests on the other's rules: who comes second is told so."""
    course = replace(COURSE, assignments=(SET, replace(LATER, max_late_days=0)))
    with transaction(engine) as session:
        answer(session, add_student(session, "ada"), "later/only/a", "7")
        publish_policy(session, course=course, assignment=course.assignments[1], actor="o", now=NOW)
        other = rescoring.plan(session, course=COURSE, assignment=LATER, now=NOW).id
    plans = [planned, other]
    told = at_once(2, lambda: refused(engine, lambda session: apply(session, plans.pop())))
    assert sorted(bool(each) for each in told) == [False, True]
    assert "the policy of " in "".join(told)


def test_a_publication_and_an_application_at_once_leave_one_rule_in_force(
    engine: Engine, planned: int
) -> None:
    acts: list[Callable[[Session], object]] = [
        lambda session: apply(session, planned),
        lambda session: publish(session, max_late_days=1),
    ]
    assert at_once(2, lambda: refused(engine, acts.pop())) == ["", ""]
    with reading(engine) as session:
        policy = active_policy(session, "set")
        assert policy is not None
        assert policy.max_late_days == 0, "what is published for work that is there only waits"
        assert not verify(session).faults


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_pointer_is_read_afresh_once_it_is_locked(engine: Engine, planned: int) -> None:
    with Session(engine) as session:
        assert session.get_one(ActivePolicy, "set").policy_id  # This session knows it from before.
        session.commit()
        assert session.get_one(ActivePolicy, "set").policy_id
        with transaction(engine) as other:
            apply(other, planned)
        with pytest.raises(StalePlan, match="the policy of set changed"):
            apply(session, planned)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_so_it_is_before_a_run_is_undone(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        publish(session, max_late_days=0)
        run = apply(session, plan(session, version=1))
    with Session(engine) as session:
        assert session.get_one(ActivePolicy, "set").policy_id
        with transaction(engine) as other:
            publish(other, max_late_days=1)  # Nobody has answered, so it holds at once.
        with pytest.raises(StalePlan, match="was published since run"):
            undo(session, run)


def test_beside_a_class_that_answers_nothing_is_lost_and_the_fold_agrees(engine: Engine) -> None:
    rules = AttemptRules(
        limit=None, free_wrong=5, cooldown_first_seconds=0, cooldown_longest_seconds=0
    )
    with transaction(engine) as session:
        open_course(session, attempts=rules)
        people = [add_student(session, f"s{number}") for number in range(4)]
        answer(session, people[0], A, RIGHT[A], AFTER)
        strict = course_with(attempts=rules, max_late_days=0)
        policy = policy_of(strict, strict.assignments[0])
        add_policy(session, policy)
        apply(session, plan(session, version=1))
    done = Event()

    def keep_answering(person: int) -> int:
        number = 0
        while not done.is_set():
            number += 1
            part = (A, B)[number % 2]
            text = RIGHT[part] if number < 3 else f"{number}.5"
            arrival = arrive(person, part, text, AFTER)
            assert isinstance(
                submit(engine, course=COURSE, signer=SIGNER, arrival=arrival), Submitted
            )
            time.sleep(0.02)
        return number

    with ThreadPoolExecutor(len(people)) as pool:
        answering = [pool.submit(keep_answering, person) for person in people]
        try:
            for _ in range(5):
                with transaction(engine) as session:
                    run = apply(session, plan(session))
                time.sleep(0.05)
                with transaction(engine) as session:
                    undo(session, run)
            with transaction(engine) as session:
                apply(session, plan(session))
        finally:
            done.set()
        assert sum(future.result() for future in answering) > 20
    with reading(engine) as session:
        book = gradebook(session, course=COURSE, assignment="set")
        assert {str(row.score.points) for row in book.rows} == {"0"}, (
            "an hour late, and no late day"
        )
        assert count(session, RescoreRun) == 12
        assert not verify(session).faults
