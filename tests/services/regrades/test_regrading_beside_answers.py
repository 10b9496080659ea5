"""Regrading while students go on answering: what each step writes, waits for, and leaves graded."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Event

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, GradeRow, RegradePlan, RegradeRun, Submission
from grader.db.session import reading, transaction
from grader.domain.errors import StalePlan
from grader.domain.problem import AttemptRules
from grader.services.answers.arriving import Submitted
from grader.services.regrades import regrading
from grader.services.regrades.moves import lock_pointer
from tests.support.answering import submit
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_student,
    answer,
    arrive,
    count,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, PROBLEMS
from tests.support.rows import Rows, all_rows
from tests.support.signers import SIGNER

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"


def publish(session: Session, a: str = "0.75", b: str = "2") -> int:
    return add_key(session, make_key(SUM, {A: a, B: b}))


def plan(session: Session) -> RegradePlan:
    return regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)


def apply(session: Session, plan_id: int) -> int:
    return regrading.apply(session, plan_id=plan_id, reason="a typo", actor="cli:op", now=NOW).id


def undo(session: Session, run_id: int) -> int:
    return regrading.undo(session, run_id=run_id, reason="no typo", actor="cli:op", now=NOW).id


def everything(session: Session) -> Rows:
    session.flush()
    return all_rows(session.connection())


def test_each_step_adds_rows_to_the_tables_that_it_is_about_and_touches_no_other(
    session: Session,
) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, A, "0.5")
    new = publish(session)
    old = session.get_one(ActiveKey, SUM).key_id
    states = [everything(session)]
    made = plan(session).id
    states.append(everything(session))
    run = apply(session, made)
    states.append(everything(session))
    answer(session, ada, B, "7")
    states.append(everything(session))
    undone = undo(session, run)
    states.append(everything(session))
    steps = list(pairwise(states))
    assert [
        {name for name in before if before[name] != after[name]} for before, after in steps
    ] == [
        {"regrade_plans"},
        {"grades", "active_keys", "regrade_runs", "ledger", "ledger_bodies"},
        {"people", "submissions", "grades"},
        {"grades", "active_keys", "regrade_runs", "ledger", "ledger_bodies"},
    ]
    for name in ("grades", "regrade_runs"):
        assert all(set(before[name]) <= set(after[name]) for before, after in steps)
    pointers = [dict(map(tuple, state["active_keys"]))[SUM] for state in states]
    assert pointers == [old, old, new, new, old]
    rows = [session.get_one(RegradeRun, number) for number in (run, undone)]
    assert [(r.plan_id, r.undoes_id, r.reason, r.actor, r.graded, r.created_at) for r in rows] == [
        (made, None, "a typo", "cli:op", 1, NOW),
        (made, run, "no typo", "cli:op", 1, NOW),
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_pointer_is_read_afresh_once_it_is_locked(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        answer(session, add_student(session), A, "0.5")
        publish(session)
    with Session(engine) as session:
        mine, another = plan(session).id, plan(session).id
        session.commit()
        assert session.get_one(ActiveKey, SUM).key_id  # This session knows it from before.
        with transaction(engine) as other:
            apply(other, another)
        with pytest.raises(StalePlan, match="the active key changed"):
            apply(session, mine)


Act = Callable[[Session, int, int], object]


def check_that_it_waits(engine: Engine, act: Act) -> None:
    """Begin an answer, begin the act beside it, and see it wait until the answer is committed."""
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
        answer(session, ada, A, "0.5")
        publish(session)
        run = apply(session, plan(session).id)
        publish(session, b="3")
        made = plan(session).id

    def act_now() -> None:
        with transaction(engine) as session:
            act(session, run, made)

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            answer(session, ada, B, "7")
            acting = pool.submit(act_now)
            time.sleep(0.3)
            assert not acting.done()
        acting.result()


def test_applying_waits_for_an_answer_on_its_way_and_then_sees_it(engine: Engine) -> None:
    def act(session: Session, _run: int, made: int) -> None:
        with pytest.raises(StalePlan, match="submissions changed"):
            apply(session, made)

    check_that_it_waits(engine, act)


def test_undoing_waits_for_an_answer_on_its_way_and_grades_it_too(engine: Engine) -> None:
    def act(session: Session, run: int, _made: int) -> None:
        assert session.get_one(RegradeRun, undo(session, run)).graded == 1

    check_that_it_waits(engine, act)


def test_beside_a_class_that_answers_every_submission_is_graded_under_the_active_key(
    engine: Engine,
) -> None:
    rules = AttemptRules(
        limit=None, free_wrong=5, cooldown_first_seconds=0, cooldown_longest_seconds=0
    )
    with transaction(engine) as session:
        open_course(session, attempts=rules)
        people = [add_student(session, f"s{number}") for number in range(4)]
        answer(session, people[0], A, "0.5")
        publish(session)
    done = Event()

    def keep_answering(person: int) -> int:
        number = 0
        while not done.is_set():
            number += 1
            part = (A, B)[number % 2]
            text = RIGHT[part] if number < 3 else f"{number}.5"
            told = submit(engine, course=COURSE, signer=SIGNER, arrival=arrive(person, part, text))
            assert isinstance(told, Submitted)
            time.sleep(0.05)
        return number

    with ThreadPoolExecutor(len(people)) as pool:
        answering = [pool.submit(keep_answering, person) for person in people]
        try:
            for _ in range(5):
                run = plan_and_apply(engine)
                time.sleep(0.05)
                with transaction(engine) as session:
                    undo(session, run)
            plan_and_apply(engine)
        finally:
            done.set()
        assert sum(future.result() for future in answering) > 20
    with reading(engine) as session:
        active = session.get_one(ActiveKey, SUM).key_id
        graded = select(func.count()).select_from(GradeRow).where(GradeRow.key_id == active)
        assert session.scalar(graded) == count(session, Submission)
        assert active == session.scalar(select(func.max(GradeRow.key_id)))


def plan_and_apply(engine: Engine) -> int:
    """Plan and apply until no answer came in between; at last, keep answers waiting meanwhile."""
    for patience in reversed(range(200)):
        try:
            with transaction(engine) as session:
                if patience < 180:
                    lock_pointer(session, SUM)
                return apply(session, plan(session).id)
        except StalePlan:
            continue
    raise AssertionError("an answer came in between two hundred times")
