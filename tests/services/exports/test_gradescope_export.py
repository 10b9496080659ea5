"""The gradebook as Gradescope exports it, byte by byte for a tiny class."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Submission
from grader.domain.decisions import Decider
from grader.services.exports.gradescope_export import gradescope_export, split_name
from grader.services.overrides.overriding import excuse, override
from grader.services.policies.extending import grant
from grader.services.scores.gradebook import gradebook
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE
from tests.support.values import DUE

A, B, C = "set/sum/a", "set/sum/b", "set/last/a"
BY = Decider("tia", None, "as agreed", NOW)
HEAD = (
    "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,"
    "Lateness (H:M:S),View Count,Submission Count,"
    '"1: set/sum, part set/sum/a (5.0 pts)","2: set/sum, part set/sum/b (3.0 pts)",'
    '"3: set/last, part set/last/a (2.0 pts)","4: set/last, part set/last/b2 (0.0 pts)"\r\n'
)


def export(session: Session) -> str:
    return gradescope_export(session, gradebook(session, course=COURSE, assignment="set")).csv


def ids(session: Session) -> list[int]:
    return list(session.scalars(select(Submission.id).order_by(Submission.id)))


def test_the_file_is_as_gradescope_writes_it_byte_by_byte(session: Session) -> None:
    open_course(session)
    ada = add_student(
        session, "ada", name="Ada King Lovelace", sis_user_id="0012345", section="Mon, 1:30"
    )
    add_student(session, "eve", name="=1+1", sis_user_id="-7", email="@eve", section="+Tue")
    answer(session, ada, A, "9")
    answer(session, ada, A, RIGHT[A], NOW + timedelta(minutes=5))
    answer(session, ada, C, RIGHT[C], DUE + timedelta(hours=25, minutes=1, seconds=2.5))
    answer(session, ada, "later/only/a", "7")
    last = ids(session)[2]
    assert export(session) == (
        HEAD + "'=1+1,,'-7,'@eve,'+Tue,,10,Missing,,,,0,0,,,,\r\n"
        "Ada King,Lovelace,0012345,ada@example.edu,"
        f'"Mon, 1:30",7,10,Graded,{last},2026-03-13 01:00:02 -0700,25:01:02,0,3,5,0,2,0\r\n'
    )


def test_what_staff_gave_and_excused_is_no_missing_work(session: Session) -> None:
    open_course(session)
    for login in ("ada", "ben", "cat", "dan"):
        add_student(session, login, email="")
    given: dict[str, Any] = {"course": COURSE, "by": BY, "seen": None}
    override(session, login="ada", about=B, points=Decimal("1.5"), **given)
    override(session, login="ben", about=B, points=Decimal(0), **given)
    excuse(session, login="cat", about="set", **given)
    excuse(session, login="dan", about=A, **given)
    override(session, login="dan", about=B, points=Decimal(3), **given)
    assert export(session) == (
        HEAD + "Ada,,,,,1.5,10,Graded,,,,0,0,0,1.5,0,0\r\n"
        "Ben,,,,,0,10,Graded,,,,0,0,0,0,0,0\r\n"
        "Cat,,,,,,0,Missing,,,,0,0,,,,\r\n"
        "Dan,,,,,3,5,Graded,,,,0,0,,3,0,0\r\n"
    )


def test_lateness_is_counted_from_the_student_s_own_due_time(session: Session) -> None:
    open_course(session, grace_seconds=60, closes=None)
    ada, ben, cat = (add_student(session, login) for login in ("ada", "ben", "cat"))
    grant(
        session,
        login="ada",
        assignment="set",
        until=DUE + timedelta(days=1),
        reason="ill",
        actor="tia",
        now=NOW,
    )
    answer(session, ada, A, "9", DUE + timedelta(days=1, hours=100))
    answer(session, ben, A, "9", DUE + timedelta(seconds=59))
    answer(session, cat, A, "9", DUE + timedelta(seconds=61))
    rows = [line.split(",") for line in export(session).splitlines()[1:]]
    assert [row[10] for row in rows] == ["100:00:00", "00:00:00", "00:01:01"]


def test_a_part_that_the_files_no_longer_have_is_called_by_its_slug(session: Session) -> None:
    open_course(session)
    book = gradebook(session, course=COURSE, assignment="set")
    policy = replace(book.policy, points={"set/gone/a": Decimal("2.5")})
    older = replace(book, everybody=replace(book.everybody, policy=policy))
    columns = gradescope_export(session, older).columns
    assert columns[-1] == "1: set/gone/a (2.5 pts)"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("Ada King Lovelace", "Ada King", "Lovelace"),
        ("Lovelace, Ada King", "Ada King", "Lovelace"),
        ("Plato", "Plato", ""),
        ("王小明", "王小明", ""),
    ],
)
def test_a_name_is_split_as_it_is_written(name: str, first: str, last: str) -> None:
    assert split_name(name) == (first, last)
