"""What was planned, applied and undone can be looked at again; what waits for a rescore is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, PolicyRow, RescorePlan
from grader.domain.decisions import Decider
from grader.domain.errors import NotFound
from grader.domain.rule_changes import RuleChange
from grader.services.overrides.overriding import excuse
from grader.services.policies.publishing import publish_policy
from grader.services.policies.waiting import waiting_policies
from grader.services.rescores.history import (
    RunRecord,
    effect_record,
    list_runs,
    plan_record,
    run_record,
)
from grader.services.rescores.looks import look_around, look_at_plan, look_at_run
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE, LATER, SET
from tests.support.rescores import REASON, apply, plan, publish, undo
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
AFTER, LATER_ON = DUE + timedelta(hours=1), NOW + timedelta(hours=1)
NO_LATE_DAYS = (RuleChange("late days that it takes", "2 at most", "0 at most"),)


@pytest.fixture
def bob(session: Session) -> int:
    """Bob was right an hour late."""
    open_course(session)
    person = add_student(session, "bob")
    answer(session, person, A, RIGHT[A], AFTER)
    return person


def test_a_plan_is_shown_again_as_it_was_when_it_was_made(session: Session, bob: int) -> None:
    publish(session, max_late_days=0)
    made = plan(session)
    answer(session, bob, B, RIGHT[B], AFTER)
    record = plan_record(session, made)
    stored = session.get_one(RescorePlan, made)
    assert (record.plan, record.assignment, record.sha256) == (made, "set", stored.sha256)
    assert (record.from_version, record.to_version, record.created_at) == (1, 2, NOW)
    assert record.rules == NO_LATE_DAYS
    assert (record.changed, len(record.students)) == (1, 1)
    assert record.students[0]["after"]["points"] == "0"
    assert record.scores == {"before": {"5": 1}, "after": {"0": 1}}
    assert record.overrides == []


def test_what_a_run_changed_is_told_in_the_form_of_its_plan_and_back_the_other_way(
    session: Session, bob: int
) -> None:
    publish(session, max_late_days=0)
    run = apply(session, plan(session))
    answer(session, bob, B, RIGHT[B], AFTER)
    undone = undo(session, run)
    there, back = effect_record(session, run), effect_record(session, undone)
    assert (there.from_version, there.to_version, there.rules) == (1, 2, NO_LATE_DAYS)
    assert (back.from_version, back.to_version) == (2, 1)
    assert back.rules == (RuleChange("late days that it takes", "0 at most", "2 at most"),)
    assert back.students[0]["after"]["points"] == "8", "an answer that came in between is with it"


def test_the_list_has_every_plan_and_every_run_the_newest_plan_first(
    session: Session, bob: int
) -> None:
    assert bob
    publish(session, max_late_days=0)
    first = plan(session)
    run = apply(session, first, now=LATER_ON)
    undone = undo(session, run, now=LATER_ON)
    second = plan(session)
    assert list_runs(session) == [
        RunRecord(second, "set", 1, 2, 1, None, None, None, None, None, NOW),
        RunRecord(first, "set", 1, 2, 1, run, None, undone, REASON, "ina", LATER_ON),
        RunRecord(first, "set", 2, 1, 1, undone, run, None, REASON, "ina", LATER_ON),
    ]
    assert [each.plan for each in list_runs(session, limit=1)] == [second]
    assert [each.run for each in list_runs(session, plan_id=first)] == [run, undone]
    assert run_record(session, undone).undoes == run


def with_points(points: dict[str, int]) -> dict[str, Any]:
    """What the files say where these parts of the first assignment are worth other points."""
    return {
        "problems": tuple(
            replace(
                problem,
                parts=tuple(
                    replace(part, points=Decimal(points.get(part.slug, part.points)))
                    for part in problem.parts
                ),
            )
            for problem in SET.problems
        )
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (with_points({B: 4}), (10, 11)),
        (with_points({A: 6}), None),  # Bob's points change too.
        (with_points({A: 6, B: 2}), None),
        ({"due": DUE + timedelta(hours=2)}, None),  # His late day alone does.
        (with_points({B: 4}) | {"due": DUE + timedelta(hours=2)}, None),
    ],
)
def test_the_total_alone_is_told_where_nothing_else_of_a_score_changes(
    session: Session, bob: int, changes: dict[str, Any], expected: tuple[int, int] | None
) -> None:
    assert bob
    publish(session, **changes)
    record = plan_record(session, plan(session))
    assert record.changed == 1
    assert record.total_alone == expected


def test_totals_that_are_not_the_same_for_all_are_no_one_total(session: Session, bob: int) -> None:
    """Bob is excused from part b: of the two totals that change his is another."""
    assert bob
    answer(session, add_student(session), A, RIGHT[A])
    by = Decider("tia", 77, "was ill", NOW)
    excuse(session, course=COURSE, login="bob", about=B, by=by, seen=None)
    publish(session, **with_points({"set/last/a": 3}))
    record = plan_record(session, plan(session))
    moved = {(each["before"]["possible"], each["after"]["possible"]) for each in record.students}
    assert moved == {("10", "11"), ("7", "8")}
    assert record.total_alone is None


def test_who_is_concerned_on_another_assignment_has_more_than_another_total(
    session: Session,
) -> None:
    """As practice, the first one leaves the only late day to the later one."""
    open_course(session, late_days=1)
    bob, due = add_student(session, "bob"), LATER.due
    assert due is not None
    answer(session, bob, A, RIGHT[A], AFTER)
    answer(session, bob, "later/only/a", RIGHT["later/only/a"], due + timedelta(hours=1))
    publish(session, graded=False, **with_points({B: 4}))
    record = plan_record(session, plan(session))
    (moved,) = record.students
    assert moved["before"] | {"possible": "11"} == moved["after"]
    assert moved["others"]["later"]["after"]["points"] == "10"
    assert record.total_alone is None


@pytest.mark.parametrize("look", [plan_record, effect_record, run_record])
def test_what_is_not_there_is_not_found(
    session: Session, look: Callable[[Session, int], object]
) -> None:
    with pytest.raises(NotFound, match="There is no rescore (plan|run) 7"):
        look(session, 7)


def test_a_plan_is_looked_at_with_what_came_and_what_came_of_it(session: Session, bob: int) -> None:
    publish(session, max_late_days=0)
    made = plan(session)
    look = look_at_plan(session, course=COURSE, plan_id=made)
    assert (look.stale, look.came, look.applied) == ("", 0, None)
    answer(session, bob, B, RIGHT[B], AFTER)
    answer(session, bob, "later/only/a", "7", AFTER)
    assert look_at_plan(session, course=COURSE, plan_id=made).came == 1, "of this assignment"
    run = apply(session, made)
    look = look_at_plan(session, course=COURSE, plan_id=made)
    assert look.applied is not None
    assert (look.applied.run, look.applied.changed) == (run, 1)
    assert "the policy of set changed" in look.stale
    undo(session, run)
    assert look_at_plan(session, course=COURSE, plan_id=made).applied is None


def test_a_plan_of_an_assignment_that_is_gone_can_still_be_read(session: Session, bob: int) -> None:
    assert bob
    publish(session, max_late_days=0)
    made = plan(session)
    without = COURSE.__class__(
        **{name: getattr(COURSE, name) for name in COURSE.__slots__} | {"assignments": (LATER,)}
    )
    assert look_at_plan(session, course=without, plan_id=made).came == 0


def test_a_run_says_why_it_can_not_be_undone(session: Session, bob: int) -> None:
    assert bob
    publish(session, max_late_days=0)
    run = apply(session, plan(session))
    assert look_at_run(session, course=COURSE, run_id=run).kept == ""
    undone = undo(session, run)
    assert "undone already" in look_at_run(session, course=COURSE, run_id=run).kept
    back = look_at_run(session, course=COURSE, run_id=undone)
    assert "It took an earlier one back" in back.kept
    assert back.effect.to_version == 1


def test_the_newest_policy_waits_while_another_one_scores(session: Session, bob: int) -> None:
    assert bob
    assert waiting_policies(session, course=COURSE) == []
    publish(session, max_late_days=0)
    (waiting,) = waiting_policies(session, course=COURSE)
    assert (waiting.assignment.slug, waiting.version, waiting.active_version) == ("set", 2, 1)
    assert (waiting.rules, waiting.created_at) == (NO_LATE_DAYS, NOW)
    assert (waiting.plan, waiting.undone) == (None, False)
    made = plan(session)
    assert [each.plan for each in waiting_policies(session, course=COURSE)] == [made]
    run = apply(session, made)
    assert waiting_policies(session, course=COURSE) == []
    undo(session, run)
    (waiting,) = waiting_policies(session, course=COURSE)
    assert (waiting.plan, waiting.undone) == (made, True)
    overview = look_around(session, course=COURSE, limit=2)
    assert overview.waiting == (waiting,)
    assert [each.run for each in overview.history] == [2, 1]


def test_a_policy_that_says_what_the_active_one_says_waits_for_nothing(
    session: Session, bob: int
) -> None:
    assert bob
    publish(session, max_late_days=0)
    publish(session, max_late_days=1)
    apply(session, plan(session))
    # An earlier content is a version of its own.
    publish(session, max_late_days=0)
    apply(session, plan(session, version=2))
    assert session.scalar(select(func.max(PolicyRow.version))) == 4
    assert waiting_policies(session, course=COURSE) == []


def test_an_assignment_without_a_policy_has_none_that_waits(session: Session) -> None:
    publish_policy(session, course=COURSE, assignment=LATER, actor="op", now=NOW)
    session.execute(delete(ActivePolicy))
    assert waiting_policies(session, course=COURSE) == []
