"""A regrade is planned, applied as one switch and undone; no grade is ever overwritten."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grader.db.models import (
    ActiveKey,
    GradeRow,
    Hold,
    KeyCheck,
    RegradePlan,
    RegradeRun,
    Submission,
)
from grader.domain.errors import InvalidRequest, NotFound, NothingToDo, StalePlan
from grader.domain.policy import policy_of
from grader.domain.problem import Problem
from grader.domain.regrade_scope import EVERYTHING
from grader.services.regrades import missing_grades, regrading
from grader.services.regrades.world import ANSWERS, came_since, what_moved, world_of
from grader.services.scores.gradebook import gradebook
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_policy,
    add_student,
    answer,
    count,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, SET

SUM = "set/sum"
CORRECTED = {"set/sum/a": "0.75", "set/sum/b": "2"}


def problem() -> Problem:
    found = COURSE.problem(SUM)
    assert found is not None
    return found


def publish(session: Session, values: Mapping[str, str] = CORRECTED) -> int:
    return add_key(session, make_key(SUM, values))


def plan(session: Session) -> RegradePlan:
    return regrading.plan(session, course=COURSE, problem=problem(), now=NOW)


def apply(session: Session, plan_id: int, reason: str = "the key was wrong") -> int:
    return regrading.apply(session, plan_id=plan_id, reason=reason, actor="cli:op", now=NOW).id


def undo(session: Session, run_id: int, reason: str = "it was right") -> int:
    return regrading.undo(session, run_id=run_id, reason=reason, actor="cli:op", now=NOW).id


def points(session: Session) -> dict[str, str]:
    book = gradebook(session, course=COURSE, assignment="set")
    return {row.person.login: str(row.score.points) for row in book.rows}


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Ada was right under the old key, Bob will be under the new one, Cleo is untouched."""
    open_course(session)
    ids = {login: add_student(session, login) for login in ("ada", "bob", "cleo")}
    answer(session, ids["ada"], "set/sum/a", RIGHT["set/sum/a"])
    answer(session, ids["bob"], "set/sum/a", "0.75")
    answer(session, ids["bob"], "set/sum/b", RIGHT["set/sum/b"])
    answer(session, ids["cleo"], "set/sum/a", "9")
    answer(session, ids["cleo"], "set/last/a", RIGHT["set/last/a"])
    return ids


def test_a_plan_shows_each_student_whose_score_would_move(
    session: Session, people: dict[str, int]
) -> None:
    assert set(people) == {"ada", "bob", "cleo"}
    publish(session)
    content = plan(session).content
    assert (content["submissions"], content["changed"]) == (4, 2)
    assert content["matrix"] == {
        "correct -> correct": 1,
        "correct -> incorrect": 1,
        "incorrect -> correct": 1,
        "incorrect -> incorrect": 1,
    }
    assert [(s["student"], s["before"], s["after"]) for s in content["students"]] == [
        ("ada", "5", "0"),
        ("bob", "3", "8"),
    ]
    assert content["students"][0]["moves"] == {"set/sum/a: correct -> incorrect": 1}


def test_a_plan_changes_nothing_that_counts(session: Session, people: dict[str, int]) -> None:
    assert people
    publish(session)
    before = points(session), count(session, GradeRow), session.get_one(ActiveKey, SUM).key_id
    plan(session)
    after = points(session), count(session, GradeRow), session.get_one(ActiveKey, SUM).key_id
    assert before == after


def test_each_grade_under_the_new_key_has_the_tag_of_its_own_mistake(
    session: Session, people: dict[str, int]
) -> None:
    answer(session, people["cleo"], "set/sum/a", "0.5625")  # The square of the new value.
    new = publish(session)
    apply(session, plan(session).id)
    tags = session.scalars(select(GradeRow.misconception).where(GradeRow.key_id == new))
    assert Counter(tags) == {None: 4, "squared": 1}


def test_the_same_world_gives_the_same_plan_by_name(
    session: Session, people: dict[str, int]
) -> None:
    publish(session)
    first, second = plan(session), plan(session)
    assert first.sha256 == second.sha256
    answer(session, people["cleo"], "set/sum/b", "5")
    assert plan(session).sha256 != first.sha256


def check_recorded(session: Session) -> tuple[str, object]:
    check = session.get_one(KeyCheck, SUM, populate_existing=True)
    assert check.checked_at == NOW, "a switch compares no files"
    return check.state, check.reasons


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("inactive", "current"),
        # The files moved on after the key was made, and no switch changes that.
        ("stale", "stale"),
    ],
)
def test_the_check_that_staff_read_stays_true_through_a_switch_and_its_undoing(
    session: Session, people: dict[str, int], before: str, after: str
) -> None:
    assert people
    publish(session)
    reasons = {"reasons": ["as they were"]}
    session.add(KeyCheck(problem=SUM, state=before, reasons=reasons, checked_at=NOW))
    session.add(KeyCheck(problem="set/last", state="inactive", reasons=reasons, checked_at=NOW))
    run = apply(session, plan(session).id)
    assert check_recorded(session) == (after, reasons)
    undo(session, run)
    assert check_recorded(session) == (before, reasons)
    assert session.get_one(KeyCheck, "set/last", populate_existing=True).state == "inactive"


def test_applying_adds_grades_and_moves_the_pointer(
    session: Session, people: dict[str, int]
) -> None:
    new = publish(session)
    old = session.get_one(ActiveKey, SUM).key_id
    given = select(GradeRow.submission_id, GradeRow.verdict).order_by(GradeRow.submission_id)
    kept = session.execute(given).all()
    apply(session, plan(session).id)
    assert points(session) == {"ada": "0", "bob": "8", "cleo": "2"}
    assert session.get_one(ActiveKey, SUM).key_id == new
    assert session.execute(given.where(GradeRow.key_id != new)).all() == kept
    assert people
    assert old != new


def test_undoing_moves_the_pointer_back_and_grades_what_came_in_between(
    session: Session, people: dict[str, int]
) -> None:
    publish(session)
    run = apply(session, plan(session).id)
    answer(session, people["cleo"], "set/sum/a", RIGHT["set/sum/a"])
    assert points(session)["cleo"] == "2"
    undo(session, run)
    assert points(session) == {"ada": "5", "bob": "3", "cleo": "7"}


def test_a_regrade_can_be_undone_and_done_again(session: Session, people: dict[str, int]) -> None:
    assert people
    publish(session)
    first = apply(session, plan(session).id)
    undo(session, first)
    second = apply(session, plan(session).id)
    assert points(session)["bob"] == "8"
    undo(session, second)
    assert points(session)["bob"] == "3"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_asked_for(session: Session, people: dict[str, int], reason: str) -> None:
    assert people
    publish(session)
    made = plan(session).id
    with pytest.raises(InvalidRequest, match="reason"):
        apply(session, made, reason)
    run = apply(session, made)
    with pytest.raises(InvalidRequest, match="reason"):
        undo(session, run, reason)


def test_an_unknown_plan_or_run_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="plan 7"):
        apply(session, 7)
    with pytest.raises(NotFound, match="run 7"):
        undo(session, 7)


def test_without_a_newer_key_there_is_nothing_to_plan(session: Session) -> None:
    with pytest.raises(NothingToDo, match="keys publish"):
        plan(session)
    open_course(session)
    with pytest.raises(NothingToDo, match="already active"):
        plan(session)


def test_a_key_without_a_part_that_students_answered_is_refused(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session, {"set/sum/b": "2"})
    with pytest.raises(InvalidRequest, match="set/sum/a"):
        plan(session)


def test_a_plan_is_refused_once_the_world_moved_and_says_what_moved(
    session: Session, people: dict[str, int]
) -> None:
    publish(session)
    for move, named in (
        (lambda: answer(session, people["cleo"], "set/sum/b", "6"), "submissions"),
        (lambda: publish(session, {**CORRECTED, "set/sum/b": "3"}), "the newest key"),
        (
            lambda: add_policy(session, replace(policy_of(COURSE, SET), max_late_days=0)),
            "the active policy",
        ),
    ):
        made = plan(session).id
        move()
        with pytest.raises(StalePlan, match=named):
            apply(session, made)
    made = plan(session).id
    apply(session, made)
    with pytest.raises(StalePlan, match="the active key"):
        apply(session, made)


def test_only_the_newest_run_can_be_undone_and_only_once(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session)
    first = apply(session, plan(session).id)
    publish(session, {**CORRECTED, "set/sum/b": "3"})
    second = apply(session, plan(session).id)
    with pytest.raises(StalePlan, match="later regrade"):
        undo(session, first)
    undone = undo(session, second)
    with pytest.raises(StalePlan, match="already"):
        undo(session, second)
    with pytest.raises(InvalidRequest, match="itself an undo"):
        undo(session, undone)
    undo(session, first)
    assert points(session) == {"ada": "5", "bob": "3", "cleo": "2"}


def test_grading_in_several_chunks_grades_each_submission_once(
    session: Session, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people
    monkeypatch.setattr(missing_grades, "GRADES_AT_ONCE", 1)
    new = publish(session)
    run = regrading.apply(session, plan_id=plan(session).id, reason="test", actor="cli:op", now=NOW)
    graded = session.scalars(select(GradeRow.submission_id).where(GradeRow.key_id == new)).all()
    assert run.graded == len(graded) == len(set(graded)) == 4


def test_a_hold_keeps_the_old_grade_standing_until_its_run_is_undone(
    session: Session, people: dict[str, int]
) -> None:
    publish(session)
    old = session.get_one(ActiveKey, SUM).key_id
    first = session.scalars(
        select(GradeRow.submission_id).order_by(GradeRow.submission_id).limit(1)
    ).one()
    run = apply(session, plan(session).id)
    assert points(session)["ada"] == "0"
    session.add(
        Hold(submission_id=first, plan_id=session.get_one(RegradeRun, run).plan_id, key_id=old)
    )
    session.flush()
    assert points(session)["ada"] == "5"
    assert people["ada"]
    undo(session, run)
    assert points(session)["ada"] == "5"


def test_a_plan_moves_nothing_that_a_hold_keeps(session: Session, people: dict[str, int]) -> None:
    old = session.get_one(ActiveKey, SUM).key_id
    publish(session)
    run = apply(session, plan(session).id)
    kept = session.scalars(select(Submission.id).where(Submission.person_id == people["ada"])).all()
    plan_id = session.get_one(RegradeRun, run).plan_id
    session.add_all(Hold(submission_id=each, plan_id=plan_id, key_id=old) for each in kept)
    session.flush()
    before = points(session)["ada"]
    assert before == "5"
    add_key(session, make_key(SUM, {**CORRECTED, "set/sum/a": "123"}))
    made = plan(session)
    assert "ada" not in {each["student"] for each in made.content["students"]}
    assert made.content["changed"] == len(made.content["students"]) == 1
    apply(session, made.id)
    assert points(session)["ada"] == before


def test_a_plan_of_an_earlier_version_is_still_read(
    session: Session, people: dict[str, int]
) -> None:
    """Then the world named fewer things, and counts of rows were lists."""
    publish(session)
    made = plan(session)
    older = {
        name: [value["rows"], value["last"]] if isinstance(value, dict) else value
        for name, value in made.content["world"].items()
        if name != "the regrades that keep grades"
    }
    assert what_moved(older, world_of(session, SUM, EVERYTHING)) == ""
    assert came_since(session, SUM, older) == 0
    answer(session, people["cleo"], "set/sum/a", "8")
    moved = what_moved(older, world_of(session, SUM, EVERYTHING))
    assert moved == "submissions changed (1 more)"
    assert what_moved(older, world_of(session, SUM, EVERYTHING), growing=ANSWERS) == ""
    assert came_since(session, SUM, older) == 1


@pytest.mark.parametrize("came", [0, 1, 3])
@pytest.mark.parametrize("there", [0, 2], ids=["of none", "of some"])
def test_the_world_found_from_an_earlier_one_on_is_the_same(
    session: Session, there: int, came: int
) -> None:
    open_course(session)
    cleo = add_student(session, "cleo")
    for number in range(there):
        answer(session, cleo, "set/sum/a", f"8{number}")
    then = world_of(session, SUM, EVERYTHING)
    for number in range(came):
        answer(session, cleo, "set/sum/b", f"9{number}")
    found = world_of(session, SUM, EVERYTHING, then=then)
    assert found == world_of(session, SUM, EVERYTHING)
    assert found["submissions"]["rows"] == there + came
    assert came_since(session, SUM, then) == came


def test_an_undo_is_refused_where_the_key_was_moved_otherwise(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    publish(session)
    run = apply(session, plan(session).id)
    session.get_one(ActiveKey, SUM).key_id = publish(session, {**CORRECTED, "set/sum/b": "7"})
    session.flush()
    with pytest.raises(StalePlan, match=f"Another key is active than the one that run {run}"):
        undo(session, run)


def test_without_a_pointer_nothing_can_be_planned(session: Session, people: dict[str, int]) -> None:
    assert people
    session.execute(delete(ActiveKey).where(ActiveKey.problem == SUM))
    session.expire_all()
    with pytest.raises(NothingToDo):
        plan(session)
