"""A regrade passes by overrides, and a plan names those that stand beside a verdict which would change."""

from decimal import Decimal

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import Extension, LateDayCorrection, Override, RegradePlan
from grader.domain.errors import StalePlan
from grader.services.regrades import regrading
from tests.support.classroom import (
    NOW,
    add_key,
    add_student,
    answer,
    dry_run_to,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, PROBLEMS

A, B = "set/sum/a", "set/sum/b"
MOVED = make_key("set/sum", {A: "0.75", B: "2"})


def override(  # noqa: PLR0917 - a test reads as the row does.
    session: Session, person: int, about: str, kind: str = "points", number: int = 1
) -> None:
    session.execute(
        insert(Override).values(
            person_id=person,
            about=about,
            number=number,
            kind=kind,
            points=Decimal("2.50") if kind == "points" else None,
            reason="why",
            actor="ina",
            created_at=NOW,
        )
    )


@pytest.fixture
def people(session: Session) -> tuple[int, int]:
    """Ada's verdict would change, Ben's not."""
    open_course(session)
    ada, ben = add_student(session, "ada"), add_student(session, "ben")
    answer(session, ada, A, "0.75")
    answer(session, ben, A, "9")
    return ada, ben


def found(session: Session) -> list[tuple[str, str, str, str | None]]:
    change = dry_run_to(session, MOVED)
    return [(o["student"], o["about"], o["kind"], o["points"]) for o in change["overrides"]]


def test_an_override_of_a_part_whose_verdict_would_change_is_named(
    session: Session, people: tuple[int, int]
) -> None:
    ada, ben = people
    override(session, ada, A)
    override(session, ada, B)
    override(session, ben, A)
    override(session, ada, "set/last/a")
    override(session, ada, "set/summary/a")
    assert found(session) == [("ada", A, "points", "2.5")]


def test_one_of_the_whole_assignment_is_named_if_anything_of_the_student_would_change(
    session: Session, people: tuple[int, int]
) -> None:
    ada, ben = people
    override(session, ada, "set", "excused")
    override(session, ben, "set", "excused")
    override(session, ada, "later", "excused")
    assert found(session) == [("ada", "set", "excused", None)]


def test_what_was_withdrawn_is_not_named(session: Session, people: tuple[int, int]) -> None:
    ada, _ben = people
    override(session, ada, A)
    override(session, ada, A, "withdrawn", 2)
    assert found(session) == []
    override(session, ada, A, "excused", 3)
    assert found(session) == [("ada", A, "excused", None)]


@pytest.mark.parametrize("what", ["overrides", "extensions", "late-day corrections"])
def test_a_plan_is_out_of_date_once_staff_decided_something_that_it_rests_on(
    session: Session, people: tuple[int, int], what: str
) -> None:
    ada, _ben = people
    add_key(session, MOVED)
    made: RegradePlan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    said = {"person_id": ada, "reason": "x", "actor": "x", "created_at": NOW}
    if what == "overrides":
        override(session, ada, A)
    elif what == "extensions":
        session.execute(insert(Extension).values(assignment="set", until=NOW, **said))
    else:
        session.execute(insert(LateDayCorrection).values(number=1, days=1, **said))
    with pytest.raises(StalePlan, match=rf"{what} changed \(1 more\)"):
        regrading.apply(session, plan_id=made.id, reason="why", actor="x", now=NOW)


def test_what_is_decided_elsewhere_does_not_touch_a_plan(
    session: Session, people: tuple[int, int]
) -> None:
    ada, _ben = people
    add_key(session, MOVED)
    made = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    override(session, ada, "set/last/a")
    said = {"person_id": ada, "reason": "x", "actor": "x", "created_at": NOW}
    session.execute(insert(Extension).values(assignment="later", until=NOW, **said))
    regrading.apply(session, plan_id=made.id, reason="why", actor="x", now=NOW)
