"""A plan or a run as staff look at it: whether it stands, and why it can't be applied or undone."""

import pytest
from sqlalchemy.orm import Session

from grader.services.regrades import regrading
from grader.services.regrades.history import plan_record, run_record
from grader.services.regrades.jobs import start_apply
from grader.services.regrades.looks import PlanLook, RunLook, look_at_plan, look_at_run
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"
UNDONE = "It took an earlier one back. To go there again, apply that plan again"


def plan(session: Session, value: str = "0.75") -> int:
    """A plan to move to a new key."""
    add_key(session, make_key(SUM, {A: value, B: "2"}))
    return regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW).id


def apply(session: Session, plan_id: int) -> int:
    return regrading.apply(session, plan_id=plan_id, reason="typo", actor="tia", now=NOW).id


def undo(session: Session, run_id: int) -> int:
    return regrading.undo(session, run_id=run_id, reason="no", actor="ina", now=NOW).id


def planned(session: Session, plan_id: int) -> PlanLook:
    return look_at_plan(session, plan_id=plan_id, now=NOW)


def ran(session: Session, run_id: int) -> RunLook:
    return look_at_run(session, run_id=run_id, now=NOW)


@pytest.fixture
def made(session: Session) -> int:
    """A plan for an answer that another key would call wrong."""
    open_course(session)
    answer(session, add_student(session), A, "0.5")
    return plan(session)


def test_the_run_of_a_plan_that_stands_is_the_one_that_was_not_undone(
    session: Session, made: int
) -> None:
    seen = [planned(session, made).applied]
    runs = [apply(session, made)]
    seen.append(planned(session, made).applied)
    runs.append(undo(session, runs[0]))
    seen.append(planned(session, made).applied)
    runs.append(apply(session, made))
    seen.append(planned(session, made).applied)
    assert [each and each.run for each in seen] == [None, runs[0], None, runs[2]]
    assert [each.run for each in planned(session, made).runs] == runs


def test_a_plan_says_what_moved_since_it_was_made(session: Session, made: int) -> None:
    assert planned(session, made).stale == ""
    apply(session, plan(session, "0.8"))
    stale = planned(session, made).stale
    assert stale.startswith(f"Plan {made} is out of date: the active key changed")


def test_a_run_is_looked_at_with_its_plan_and_says_why_it_can_not_be_undone(
    session: Session, made: int
) -> None:
    first = apply(session, made)
    look = ran(session, first)
    assert (look.record, look.plan) == (run_record(session, first), plan_record(session, made))
    assert (look.kept, look.job, look.last) == ("", None, None)
    second = apply(session, plan(session, "0.8"))
    assert f"undo that one first, run {second}" in ran(session, first).kept
    undone = undo(session, second)
    assert ran(session, second).kept == f"Run {second} was undone already."
    assert ran(session, undone).kept.startswith(UNDONE)
    assert ran(session, first).kept == ""


def test_a_run_names_the_job_of_its_problem_that_is_under_way(session: Session, made: int) -> None:
    run = apply(session, made)
    add_key(session, make_key("set/last", {"set/last/a": "3", "set/last/b2": "10"}))
    other = regrading.plan(session, course=COURSE, problem=PROBLEMS[1], now=NOW).id
    start_apply(session, plan_id=other, reason="typo", actor="tia", now=NOW)
    assert ran(session, run).job is None
    newer = plan(session, "0.8")
    number = start_apply(session, plan_id=newer, reason="typo", actor="tia", now=NOW).id
    look = ran(session, run)
    assert look.job is not None
    assert (look.job.id, look.job.plan) == (number, newer)
    assert look.last is None, "it is no job of this plan"
