"""Importing overrides: shown first, then all rows or none, and nothing past another's decision."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Override
from grader.db.session import transaction
from grader.domain.decisions import Decider
from grader.domain.errors import ImportRefused, NoPolicy, NotFound
from grader.domain.policy import policy_of
from grader.services.ledger.ledger import list_entries, verify
from grader.services.overrides.importing import import_overrides
from grader.services.overrides.overriding import excuse, override, withdraw
from grader.services.overrides.planning import Change, OverridePlan, plan_overrides
from grader.services.scores.gradebook import gradebook
from tests.support.classroom import NOW, RIGHT, add_policy, add_student, answer, open_course
from tests.support.courses import COURSE, SET

A, B = "set/sum/a", "set/sum/b"
BY = Decider("tia", None, "as agreed", NOW)
HEADER = "login,part,points,reason\n"
ROWS = f"{HEADER}ada,{A},2.5,as agreed\nben,{B},3,as agreed\nben,1b2,0,kind\n"


def plan(session: Session, text: str = ROWS, actor_id: int | None = None) -> OverridePlan:
    return plan_overrides(
        session, course=COURSE, assignment="set", raw=text.encode(), actor_id=actor_id
    )


def apply(session: Session, text: str = ROWS, **changes: Any) -> OverridePlan:
    said: dict[str, Any] = {"course": COURSE, "assignment": "set", "raw": text.encode()}
    said |= {"digest": None, "actor": "ina", "actor_id": None, "now": NOW}
    return import_overrides(session, **(said | changes))


def refusal(session: Session, text: str, actor_id: int | None = None) -> tuple[str, ...]:
    with pytest.raises(ImportRefused) as refused:
        plan(session, HEADER + text, actor_id)
    return refused.value.problems


def a_class(session: Session) -> dict[str, int]:
    open_course(session)
    ids = {login: add_student(session, login) for login in ("ada", "ben")}
    answer(session, ids["ada"], A, RIGHT[A])
    return ids


def points(session: Session) -> dict[str, Decimal]:
    book = gradebook(session, course=COURSE, assignment="set")
    return {row.person.login: row.score.points for row in book.rows}


def stored(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Override)).one()


def test_a_plan_shows_what_counts_now_and_what_would_and_changes_nothing(session: Session) -> None:
    a_class(session)
    override(session, course=COURSE, login="ben", about=B, points=Decimal(1), by=BY, seen=None)
    found = plan(session)
    told = [
        (
            row.name,
            row.stated.part,
            row.counts,
            row.stated.points,
            row.possible,
            row.old,
            row.change,
        )
        for row in found.rows
    ]
    assert told == [
        ("Ada", A, 5, Decimal("2.5"), 5, None, Change.ADD),
        ("Ben", B, 1, 3, 3, 1, Change.CHANGE),
        ("Ben", "set/last/b2", 0, 0, 0, None, Change.ADD),
    ]
    assert [found.count(change) for change in Change] == [2, 1, 0]
    assert stored(session) == 1


def test_applying_decides_every_row_and_the_same_file_again_does_nothing(session: Session) -> None:
    a_class(session)
    apply(session, digest=plan(session).digest)
    assert points(session) == {"ada": Decimal("2.5"), "ben": 3}
    entry, *decisions = list_entries(session)
    assert (entry.act, entry.actor, entry.about) == ("import", "ina", "set")
    assert (entry.detail["adds"], entry.detail["changes"]) == (3, 0)
    assert [(each.act, each.login, each.reason) for each in reversed(decisions)] == [
        ("override", "ada", "as agreed"),
        ("override", "ben", "as agreed"),
        ("override", "ben", "kind"),
    ]
    assert verify(session).faults == ()
    again = apply(session)
    assert (again.pending, again.count(Change.SAME)) == ((), 3)
    assert stored(session) == 3
    assert len(list_entries(session)) == 4


def test_another_reason_is_a_change_and_what_was_withdrawn_is_added_again(session: Session) -> None:
    a_class(session)
    apply(session)
    withdraw(session, login="ada", about=A, by=BY, seen=None)
    found = plan(session, ROWS.replace("3,as agreed", "3,really"))
    assert [row.change for row in found.rows] == [Change.ADD, Change.CHANGE, Change.SAME]
    assert [row.seen for row in found.rows] == [2, 1, 1]
    excuse(session, course=COURSE, login="ben", about=B, by=BY, seen=None)
    row = plan(session).rows[1]
    assert (row.change, row.excused, row.old) == (Change.CHANGE, True, None)
    withdraw(session, login="ben", about=B, by=BY, seen=None)
    row = plan(session).rows[1]
    assert (row.change, row.excused, row.old) == (Change.ADD, False, None)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("cleo,1b,1,x", "row 2: there is no active student 'cleo'"),
        ("gone,1b,1,x", "row 2: there is no active student 'gone'"),
        ("tia,1b,1,x", "row 2: there is no active student 'tia'"),
        ("ben,1b,3.01,x", "row 2: 3.01 points are not within 0 and 3"),
        ("ben,1b,-0.1,x", "row 2: -0.1 points are not within 0 and 3"),
        ("ben,1b2,0.1,x", "row 2: 0.1 points are not within 0 and 0"),
        ("fay,1b,1,x", "row 2: fay is excused from all of it; withdraw that first"),
    ],
)
def test_what_can_not_be_decided_is_refused_with_its_row(
    row: str, problem: str, session: Session
) -> None:
    a_class(session)
    add_student(session, "gone", active=False)
    add_student(session, "tia", role="ta")
    add_student(session, "fay")
    excuse(session, course=COURSE, login="fay", about="set", by=BY, seen=None)
    assert refusal(session, f"{row}\n") == (problem,)


def test_nobody_decides_about_their_own_work(session: Session) -> None:
    ids = a_class(session)
    (problem,) = refusal(session, "ada,1b,1,x\nben,1b,1,x\n", actor_id=ids["ada"])
    assert problem == "row 2: This is your own work: somebody else has to decide about it."


def test_a_part_without_points_in_the_active_policy_is_refused(session: Session) -> None:
    a_class(session)
    add_policy(session, replace(policy_of(COURSE, SET), points={A: Decimal(5)}))
    assert refusal(session, "ada,1b,1,x\n") == (
        "row 2: the active policy knows no points for set/sum/b",
    )


def test_one_bad_row_stops_all_of_them(session: Session) -> None:
    a_class(session)
    with pytest.raises(ImportRefused):
        apply(session, f"{ROWS}nobody,1b,1,x\n")
    assert stored(session) == 0
    assert list_entries(session) == []


def test_an_assignment_has_to_be_there_and_published(session: Session) -> None:
    with pytest.raises(NotFound):
        plan_overrides(session, course=COURSE, assignment="none", raw=b"", actor_id=None)
    with pytest.raises(NoPolicy):
        plan(session)


def test_what_a_student_does_meanwhile_leaves_the_plan_as_it_is(session: Session) -> None:
    ids = a_class(session)
    before = plan(session)
    answer(session, ids["ben"], B, RIGHT[B])
    after = plan(session)
    assert before.rows != after.rows
    assert before.digest == after.digest


@pytest.mark.parametrize(
    "change",
    [
        ("ada,set/sum/a,2.5", "ada,set/sum/a,2.4"),
        ("as agreed", "agreed"),
        ("ben,set/sum/b", "ada,set/sum/b"),
        ("1b2", "set/last/a"),
        ("login,part", "login,part"),
    ],
)
def test_another_file_is_another_plan(change: tuple[str, str], session: Session) -> None:
    a_class(session)
    same = change[0] == change[1]
    assert (plan(session).digest == plan(session, ROWS.replace(*change)).digest) == same


def test_a_decision_meanwhile_refuses_the_whole_import(engine: Engine) -> None:
    with transaction(engine) as session:
        a_class(session)
        shown = plan(session).digest
    with transaction(engine) as session:
        override(session, course=COURSE, login="ben", about=B, points=Decimal(2), by=BY, seen=None)
    with (
        pytest.raises(ChangedMeanwhile, match="look at the new preview"),
        transaction(engine) as session,
    ):
        apply(session, digest=shown)
    with transaction(engine) as session:
        assert stored(session) == 1
        assert points(session) == {"ada": 5, "ben": 2}
        apply(session, digest=plan(session).digest)
        assert points(session) == {"ada": Decimal("2.5"), "ben": 3}
