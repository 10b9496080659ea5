"""A rescore is planned, applied as one switch and undone; no score is stored, and none is overwritten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, Person, RescorePlan, RescoreRun, Submission
from grader.db.session import reading, transaction
from grader.domain.decisions import Decider
from grader.domain.errors import InvalidRequest, NotFound, NothingToDo, StalePlan
from grader.services.explanations.releases import release_marks
from grader.services.ledger.ledger import list_entries
from grader.services.overrides.overriding import excuse, override
from grader.services.policies.extending import grant
from grader.services.policies.late_days import correct_late_days
from grader.services.policies.publishing import active_policy, publish_policy
from grader.services.regrades import regrading
from grader.services.rescores import rescoring
from grader.services.rescores.moves import applying, undoing
from grader.services.scores.gradebook import gradebook
from tests.services.explanations.marking_room import add_items, give, write
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_student,
    answer,
    count,
    make_key,
    open_course,
    student_score,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.rescores import REASON, apply, plan, publish, undo
from tests.support.rows import Rows, all_rows
from tests.support.statements import statements
from tests.support.values import DUE

A, B, LAST, ONLY = "set/sum/a", "set/sum/b", "set/last/a", "later/only/a"
AFTER = DUE + timedelta(hours=1)


def points(session: Session, assignment: str = "set") -> dict[str, str]:
    book = gradebook(session, course=COURSE, assignment=assignment)
    return {row.person.login: str(row.score.points) for row in book.rows}


def content_of(session: Session, plan_id: int) -> dict[str, Any]:
    return session.get_one(RescorePlan, plan_id).content


def score(points: str, possible: str = "10", late_days: int = 0) -> dict[str, object]:
    return {"points": points, "possible": possible, "late_days": late_days}


def active(session: Session) -> int:
    return session.get_one(ActivePolicy, "set").policy_id


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Ada was right in time, Bob an hour late, Cleo three days late; no late day helps Cleo."""
    open_course(session)
    ids = {login: add_student(session, login) for login in ("ada", "bob", "cleo")}
    answer(session, ids["ada"], A, RIGHT[A])
    answer(session, ids["bob"], A, RIGHT[A], AFTER)
    answer(session, ids["bob"], B, RIGHT[B])
    answer(session, ids["cleo"], A, RIGHT[A], DUE + timedelta(days=2, hours=1))
    return ids


def test_a_plan_names_each_student_whose_score_would_be_another_one(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, due=DUE + timedelta(days=1))
    content = content_of(session, plan(session))
    assert content["students"] == [
        {
            "student": "bob",
            "name": "Bob",
            "before": score("8", late_days=1),
            "after": score("8"),
            "others": {},
        },
        {
            "student": "cleo",
            "name": "Cleo",
            "before": score("0"),
            "after": score("5", late_days=2),
            "others": {},
        },
    ]
    assert content["changed"] == 2
    assert content["scores"] == {
        "before": {"0": 1, "5": 1, "8": 1},
        "after": {"5": 2, "8": 1},
    }


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"max_late_days": 3}, {"ada": "5", "bob": "8", "cleo": "5"}),
        ({"max_late_days": 0}, {"ada": "5", "bob": "3", "cleo": "0"}),
        ({"penalty_percent": 30}, {"ada": "5", "bob": "8", "cleo": "3.5"}),
        ({"grace_seconds": 7200}, {"ada": "5", "bob": "8", "cleo": "5"}),
        ({"closes": DUE + timedelta(minutes=30)}, {"ada": "5", "bob": "3", "cleo": "0"}),
        ({"graded": False}, {"ada": "5", "bob": "8", "cleo": "0"}),
        ({"hints_after_wrong": 9}, {"ada": "5", "bob": "8", "cleo": "0"}),
    ],
)
def test_what_a_plan_foretells_is_what_the_gradebook_folds_once_it_is_applied(
    session: Session, people: dict[str, int], changes: dict[str, Any], after: dict[str, str]
) -> None:
    assert people
    publish(session, **changes)
    before = points(session)
    made = plan(session)
    foretold = {
        each["student"]: each["after"]["points"] for each in content_of(session, made)["students"]
    }
    apply(session, made)
    found = {who: f"{Decimal(each):f}" for who, each in points(session).items()}
    assert {who: Decimal(each) for who, each in found.items()} == {
        who: Decimal(each) for who, each in after.items()
    }
    for who, each in foretold.items():
        assert Decimal(found[who]) == Decimal(each)
    assert {who for who in found if Decimal(found[who]) != Decimal(before[who])} <= set(foretold)


def test_points_of_a_part_change_what_is_possible_for_everybody(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    first = SET.problems[0]
    cheaper = replace(first.parts[0], points=Decimal(4))
    problems = (replace(first, parts=(cheaper, first.parts[1])), SET.problems[1])
    publish(session, problems=problems)
    moved = {
        each["student"]: each["after"] for each in content_of(session, plan(session))["students"]
    }
    assert moved == {
        "ada": score("4", "9"),
        "bob": score("7", "9", 1),
        "cleo": score("0", "9"),
    }


def test_a_later_assignment_is_listed_where_the_late_days_left_for_it_change(
    session: Session, people: dict[str, int]
) -> None:
    # The class has four late days for the term; Bob's budget is three less.
    spend(session, "bob", -3)
    due = LATER.due
    assert due is not None
    answer(session, people["bob"], ONLY, RIGHT[ONLY], due + timedelta(hours=1))
    answer(session, people["ada"], ONLY, RIGHT[ONLY], due + timedelta(hours=1))
    assert points(session, "later") == {"ada": "10", "bob": "0", "cleo": "0"}
    publish(session, due=DUE + timedelta(hours=2))
    made = plan(session)
    (bob,) = [each for each in content_of(session, made)["students"] if each["student"] == "bob"]
    assert (bob["before"], bob["after"]) == (score("8", late_days=1), score("8"))
    assert bob["others"] == {
        "later": {"before": score("0"), "after": score("10", late_days=1)},
    }
    apply(session, made)
    assert points(session, "later")["bob"] == "10"


def test_a_student_may_be_concerned_on_a_later_assignment_alone(
    session: Session, people: dict[str, int]
) -> None:
    spend(session, "bob", -3)
    due = LATER.due
    assert due is not None
    answer(session, people["bob"], ONLY, RIGHT[ONLY], due + timedelta(hours=1))
    # As practice, it leaves the only late day to the other one.
    publish(session, graded=False)
    (bob,) = content_of(session, plan(session))["students"]
    assert bob["before"] == bob["after"] == score("8", late_days=1)
    assert bob["others"]["later"]["after"] == score("10", late_days=1)


def spend(session: Session, login: str, days: int) -> None:
    by = Decider("op", None, "so", NOW)
    correct_late_days(session, login=login, days=days, budget=4, by=by, seen=None)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # Due before the later one, it takes a day first, and the other's two days are not there.
        (6, {"set": "3", "later": "0"}),
        # Due after it, it gets what is left: nothing.
        (8, {"set": "0", "later": "10"}),
    ],
)
def test_late_days_are_taken_in_the_order_of_the_new_due_times(
    session: Session, days: int, expected: dict[str, str]
) -> None:
    open_course(session, closes=None, late_days=2)
    cleo, due = add_student(session, "cleo"), LATER.due
    assert due is not None
    answer(session, cleo, ONLY, RIGHT[ONLY], due + timedelta(days=1, hours=1))
    answer(session, cleo, B, RIGHT[B], DUE + timedelta(days=days, hours=1))
    course = replace(COURSE, late_days=2)
    later_on = replace(SET, due=DUE + timedelta(days=days), closes=None)
    publish_policy(session, course=course, assignment=later_on, actor="op", now=NOW)
    foretold = {slug: points(session, slug)["cleo"] for slug in expected}
    made = plan(session)
    for student in content_of(session, made)["students"]:
        for slug, moved in {"set": student, **student["others"]}.items():
            foretold[slug] = moved["after"]["points"]
    assert foretold == expected
    apply(session, made)
    assert {slug: points(session, slug)["cleo"] for slug in expected} == expected


def test_marks_that_students_see_count_under_the_new_rules(
    session: Session, people: dict[str, int]
) -> None:
    write(session, people["ada"], "because")
    add_items(session, "3")
    give(session, people["ada"], {1})
    publish(session, explanation_points=Decimal(2))
    hidden = plan(session)
    assert content_of(session, hidden)["students"] == [], (
        "while they are not shown, nobody's score moves"
    )
    release_marks(session, assignment=SET, released=True, seen=0, actor="ina", now=NOW)
    with pytest.raises(StalePlan, match="releases of marks changed"):
        apply(session, hidden)
    made = plan(session)
    moved = {
        each["student"]: each["after"]["points"] for each in content_of(session, made)["students"]
    }
    assert moved == {"ada": "7", "bob": "8", "cleo": "0"}
    apply(session, made)
    own = student_score(session, course=COURSE, assignment=SET, person_id=people["ada"])
    assert (own.points, own.possible) == (Decimal(7), Decimal(14))


def test_who_is_not_an_active_student_is_no_concern(
    session: Session, people: dict[str, int]
) -> None:
    session.execute(update(Person).where(Person.id == people["bob"]).values(active=False))
    session.execute(update(Person).where(Person.id == people["cleo"]).values(role="ta"))
    publish(session, max_late_days=0)
    content = content_of(session, plan(session))
    assert content["students"] == []
    assert content["scores"] == {"before": {"5": 1}, "after": {"5": 1}}


def test_who_has_an_extension_keeps_it_under_the_new_rules(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    extend(session, "bob", DUE + timedelta(hours=2))
    publish(session, max_late_days=0)
    assert content_of(session, plan(session))["students"] == []
    publish(session, due=DUE + timedelta(days=1), max_late_days=0)
    assert [each["student"] for each in content_of(session, plan(session))["students"]] == []


def extend(session: Session, login: str, until: Any) -> None:
    grant(session, login=login, assignment="set", until=until, reason="ill", actor="op", now=NOW)


def decide(session: Session, login: str, about: str, points: str | None) -> None:
    by = Decider("ina", None, "as agreed", NOW)
    which: dict[str, Any] = {"course": COURSE, "login": login, "about": about, "seen": None}
    if points is None:
        excuse(session, by=by, **which)
    else:
        override(session, by=by, points=Decimal(points), **which)


def test_scores_set_by_hand_stay_and_are_listed_where_the_score_beneath_them_moves(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    decide(session, "cleo", A, "2")
    decide(session, "ada", A, "1")
    publish(session, due=DUE + timedelta(days=3))
    made = plan(session)
    assert content_of(session, made)["overrides"] == [
        {
            "student": "cleo",
            "name": "Cleo",
            "about": A,
            "kind": "points",
            "points": "2",
            "actor": "ina",
        }
    ]
    moved = [
        (each["student"], each["after"]["points"]) for each in content_of(session, made)["students"]
    ]
    assert moved == [("bob", "8")], "who needs no late day now; what was decided stays"
    apply(session, made)
    assert points(session) == {"ada": "1", "bob": "8", "cleo": "2"}


def test_an_excuse_from_all_of_it_is_listed_once_where_any_part_would_move(
    session: Session, people: dict[str, int]
) -> None:
    answer(session, people["cleo"], B, RIGHT[B], DUE + timedelta(days=2, hours=2))
    decide(session, "cleo", "set", None)
    publish(session, due=DUE + timedelta(days=3))
    content = content_of(session, plan(session))
    assert [(each["about"], each["kind"]) for each in content["overrides"]] == [("set", "excused")]
    assert [each["student"] for each in content["students"]] == ["bob"]
    assert content["scores"]["before"] == {"5": 1, "8": 1}, "who is excused has no points"


def test_points_set_by_hand_that_a_part_can_not_give_any_more_are_listed(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    decide(session, "ada", LAST, "2")
    first, last = SET.problems
    cheaper = replace(last, parts=(replace(last.parts[0], points=Decimal(1)), last.parts[1]))
    publish(session, problems=(first, cheaper))
    content = content_of(session, plan(session))
    assert [each["about"] for each in content["overrides"]] == [LAST]
    publish(session, problems=(first,))
    content = content_of(session, plan(session))
    assert [each["about"] for each in content["overrides"]] == [LAST], "nor where it is gone"
    (ada,) = [each for each in content["students"] if each["student"] == "ada"]
    assert (ada["before"]["points"], ada["after"]["points"]) == ("7", "5")


def test_a_plan_changes_nothing_that_counts(session: Session, people: dict[str, int]) -> None:
    assert people
    publish(session, max_late_days=0)
    before = points(session), active(session)
    plan(session)
    assert (points(session), active(session)) == before


def test_applying_moves_the_pointer_and_undoing_moves_it_back(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)
    old = active(session)
    run = apply(session, plan(session))
    assert points(session) == {"ada": "5", "bob": "3", "cleo": "0"}
    assert active(session) != old
    answer(session, people["ada"], B, RIGHT[B], AFTER)
    undo(session, run)
    assert active(session) == old
    assert points(session) == {"ada": "8", "bob": "8", "cleo": "0"}


def test_each_step_adds_rows_to_the_tables_that_it_is_about_and_touches_no_other(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, max_late_days=0)
    states = [everything(session)]
    made = plan(session)
    states.append(everything(session))
    run = apply(session, made)
    states.append(everything(session))
    undone = undo(session, run)
    states.append(everything(session))
    steps = list(pairwise(states))
    assert [
        {name for name in before if before[name] != after[name]} for before, after in steps
    ] == [
        {"rescore_plans"},
        {"active_policies", "rescore_runs", "ledger", "ledger_bodies"},
        {"active_policies", "rescore_runs", "ledger", "ledger_bodies"},
    ]
    rows = [session.get_one(RescoreRun, number) for number in (run, undone)]
    assert [(r.plan_id, r.undoes_id, r.reason, r.actor, r.created_at) for r in rows] == [
        (made, None, REASON, "ina", NOW),
        (made, run, REASON, "ina", NOW),
    ]


def everything(session: Session) -> Rows:
    session.flush()
    return all_rows(session.connection())


def test_how_late_an_answer_came_stays_as_it_was_stored(
    session: Session, people: dict[str, int]
) -> None:
    def stored() -> list[int]:
        return list(session.scalars(select(Submission.late_seconds).order_by(Submission.id)))

    before = stored()
    assert before == [0, 3600, 0, 176400]
    publish(session, due=DUE + timedelta(days=9), closes=None)
    apply(session, plan(session))
    assert points(session)["cleo"] == "5", "the score is folded from when it came"
    assert stored() == before, "the receipt says what was true then"
    answer(session, people["ada"], B, RIGHT[B], DUE + timedelta(days=1))
    assert stored()[-1] == 0, "an answer that comes now is measured by the rules of now"


def test_both_stand_in_the_ledger_with_what_they_were(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, max_late_days=0)
    made = plan(session)
    run = apply(session, made)
    undone = undo(session, run)
    back, there = list_entries(session)[:2]
    assert (there.act, there.about, there.actor) == ("rescore", "set", "ina")
    assert there.detail == {"plan": made, "run": run, "from": 1, "to": 2, "students": 1}
    assert (back.act, back.reason) == ("rescore undone", REASON)
    assert back.detail == {"plan": made, "run": undone, "from": 2, "to": 1, "students": 1}


def test_a_run_says_what_it_changed_for_answers_that_came_since_its_plan_too(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)
    made = plan(session)
    assert [each["student"] for each in content_of(session, made)["students"]] == ["bob"]
    answer(session, people["ada"], B, RIGHT[B], AFTER)
    run = session.get_one(RescoreRun, apply(session, made))
    assert {each["student"]: each["after"]["points"] for each in run.content["students"]} == {
        "ada": "5",
        "bob": "3",
    }


def test_what_was_foreseen_is_taken_if_only_answers_came_and_worked_out_anew_if_more_did(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)
    made = plan(session)
    foreseen = rescoring.foresee(session, course=COURSE, move=applying(session, made))
    answer(session, people["ada"], B, RIGHT[B], AFTER)
    run = rescoring.apply(
        session, course=COURSE, plan_id=made, reason="x", actor="i", now=NOW, foreseen=foreseen
    )
    assert run.content == foreseen
    back = rescoring.foresee(session, course=COURSE, move=undoing(session, run.id))
    decide(session, "bob", A, "1")
    undone = rescoring.undo(
        session, course=COURSE, run_id=run.id, reason="x", actor="i", now=NOW, foreseen=back
    )
    assert [each["student"] for each in back["students"]] == ["ada", "bob"]
    assert [each["student"] for each in undone.content["students"]] == ["ada"]


def test_the_same_world_gives_the_same_plan_by_name(
    session: Session, people: dict[str, int]
) -> None:
    publish(session, max_late_days=0)

    def name() -> str:
        return session.get_one(RescorePlan, plan(session)).sha256

    first = name()
    assert name() == first
    answer(session, people["ada"], B, RIGHT[B], AFTER)
    assert name() != first


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_reason_is_asked_for(session: Session, people: dict[str, int], reason: str) -> None:
    assert people
    publish(session, max_late_days=0)
    made = plan(session)
    with pytest.raises(InvalidRequest, match="reason"):
        apply(session, made, reason)
    run = apply(session, made)
    with pytest.raises(InvalidRequest, match="reason"):
        undo(session, run, reason)


def test_what_is_not_there_is_not_found(session: Session, people: dict[str, int]) -> None:
    assert people
    publish(session, max_late_days=0)
    with pytest.raises(NotFound, match="plan 7"):
        apply(session, 7)
    with pytest.raises(NotFound, match="run 7"):
        undo(session, 7)
    with pytest.raises(NotFound, match="version 9"):
        plan(session, version=9)
    made = plan(session)
    without = replace(COURSE, assignments=(LATER,))
    with pytest.raises(NotFound, match="no assignment 'set' any more"):
        rescoring.foresee(session, course=without, move=applying(session, made))


def test_without_another_policy_there_is_nothing_to_plan(session: Session) -> None:
    with pytest.raises(NothingToDo, match="policy publish set"):
        plan(session)
    open_course(session)
    with pytest.raises(NothingToDo, match=r"Version 1, the newest policy of set, is already"):
        plan(session)


def test_an_earlier_version_can_be_gone_back_to_by_a_plan(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, max_late_days=0)
    apply(session, plan(session))
    with pytest.raises(NothingToDo, match="Version 2, the newest"):
        plan(session, version=2)
    apply(session, plan(session, version=1))
    assert points(session)["bob"] == "8"
    with pytest.raises(NothingToDo, match="Version 1 of set is"):
        plan(session, version=1)


MOVES: dict[str, Callable[[Session, dict[str, int]], object]] = {
    "the key of set/sum": lambda session, _: move_key(session, "set/sum", A),
    "the key of later/only": lambda session, _: move_key(session, "later/only", ONLY),
    "the policy of later": lambda session, _: move_later(session),
    "overrides": lambda session, _: decide(session, "ada", A, "1"),
    "extensions": lambda session, _: extend(session, "ada", AFTER),
    "late-day corrections": lambda session, _: spend(session, "ada", 1),
    "the roster": lambda session, _: add_student(session, "dan"),
}


def move_key(session: Session, problem: str, part: str) -> None:
    values = {each: value for each, value in RIGHT.items() if each.startswith(f"{problem}/")}
    add_key(session, make_key(problem, {**values, part: "0.75"}))
    found = COURSE.problem(problem)
    assert found is not None
    made = regrading.plan(session, course=COURSE, problem=found, now=NOW).id
    regrading.apply(session, plan_id=made, reason="typo", actor="op", now=NOW)


def move_later(session: Session) -> None:
    course = replace(COURSE, assignments=(SET, replace(LATER, max_late_days=0)))
    publish_policy(session, course=course, assignment=course.assignments[1], actor="op", now=NOW)


@pytest.mark.parametrize("named", sorted(MOVES))
def test_a_plan_is_refused_once_the_world_moved_and_says_what_moved(
    session: Session, people: dict[str, int], named: str
) -> None:
    publish(session, max_late_days=0)
    made = plan(session)
    before = active(session)
    MOVES[named](session, people)
    with pytest.raises(StalePlan, match=f"{named} changed"):
        apply(session, made)
    assert active(session) == before
    apply(session, plan(session))


def test_a_regrade_that_was_undone_has_moved_the_world_too(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, max_late_days=0)
    made = plan(session)
    move_key(session, "set/sum", A)
    regrading.undo(session, run_id=1, reason="no", actor="op", now=NOW)
    with pytest.raises(StalePlan, match=r"date: regrades changed\."):
        apply(session, made)


def test_marks_move_the_world_while_students_see_them_and_not_before(
    session: Session, people: dict[str, int]
) -> None:
    write(session, people["ada"], "because")
    write(session, people["bob"], "since")
    add_items(session, "3")
    publish(session, explanation_points=Decimal(2))
    made = plan(session)
    give(session, people["ada"], {1})
    run = apply(session, made)
    undo(session, run)
    release_marks(session, assignment=SET, released=True, seen=0, actor="ina", now=NOW)
    made = plan(session)
    give(session, people["bob"], {1})
    with pytest.raises(StalePlan, match="released marks changed"):
        apply(session, made)


def test_practice_that_is_regraded_is_another_world(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    # Where it counts nothing, it takes no late day either.
    course = replace(COURSE, assignments=(SET, replace(LATER, graded=False)))
    publish_policy(session, course=course, assignment=course.assignments[1], actor="op", now=NOW)
    publish(session, max_late_days=0)
    made = plan(session)
    move_key(session, "later/only", ONLY)
    apply(session, made)


def test_a_plan_that_was_applied_is_out_of_date(session: Session, people: dict[str, int]) -> None:
    assert people
    publish(session, max_late_days=0)
    made = plan(session)
    apply(session, made)
    with pytest.raises(StalePlan, match="the policy of set changed"):
        apply(session, made)


def test_only_the_last_run_of_an_assignment_can_be_undone_and_only_once(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, max_late_days=0)
    first = apply(session, plan(session))
    publish(session, max_late_days=1)
    second = apply(session, plan(session))
    third = apply(session, plan(session, version=2))
    with pytest.raises(StalePlan, match=f"Run {third} moved the rules of set on since run {first}"):
        undo(session, first)
    back = undo(session, third)
    with pytest.raises(StalePlan, match="undone already"):
        undo(session, third)
    with pytest.raises(InvalidRequest, match="itself an undo"):
        undo(session, back)
    undo(session, second)
    undo(session, first)
    assert points(session)["bob"] == "8"


def test_a_run_is_not_undone_where_a_publication_moved_the_rules_since(session: Session) -> None:
    open_course(session)
    publish(session, max_late_days=0)
    run = apply(session, plan(session, version=1))
    publish(session, max_late_days=1)
    with pytest.raises(StalePlan, match="was published since run"):
        undo(session, run)


def test_a_course_without_policies_of_others_is_rescored(session: Session) -> None:
    open_course(session)
    session.execute(delete(ActivePolicy).where(ActivePolicy.assignment == "later"))
    ada = add_student(session)
    answer(session, ada, A, RIGHT[A])
    publish(session, due=None, closes=None)
    apply(session, plan(session))
    assert points(session) == {"ada": "5"}
    apply(session, plan(session, version=1))


def test_a_plan_that_was_worked_out_before_is_stored_as_it_was(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        answer(session, add_student(session), A, RIGHT[A], AFTER)
        publish(session, max_late_days=0)
    with reading(engine) as session:
        made = rescoring.work_out(session, course=COURSE, assignment=SET)
    with transaction(engine) as session:
        plan_id = rescoring.store_plan(session, made=made, now=NOW).id
    with transaction(engine) as session:
        stored = session.get_one(RescorePlan, plan_id)
        assert stored.content == made.content
        apply(session, plan_id)
    with reading(engine) as session:
        policy = active_policy(session, "set")
        assert policy is not None
        assert policy.max_late_days == 0
        assert count(session, RescoreRun) == 1


def test_working_a_plan_out_asks_as_often_whatever_the_class(engine: Engine) -> None:
    def asked(students: int) -> int:
        with transaction(engine) as session:
            for number in range(students):
                person = add_student(session, f"s{students}-{number}")
                answer(session, person, A, RIGHT[A], AFTER)
        with reading(engine) as session, statements(engine) as sent:
            made = rescoring.work_out(session, course=COURSE, assignment=SET)
        assert made.content["changed"] >= students
        return len(sent)

    with transaction(engine) as session:
        open_course(session)
        answer(session, add_student(session), A, RIGHT[A], AFTER)
        publish(session, max_late_days=0)
    asked(1)  # Policies are read once.
    assert asked(5) == asked(20)
