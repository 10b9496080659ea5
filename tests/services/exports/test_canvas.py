"""What is learned of Canvas, who is matched by what, and the file that goes back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import CanvasExport
from grader.domain.decisions import Decider
from grader.domain.errors import ImportRefused, InvalidRequest
from grader.services.exports.canvas import CanvasState, canvas_state, learn_canvas
from grader.services.exports.canvas_export import canvas_export
from grader.services.exports.canvas_file import CanvasStudent
from grader.services.exports.canvas_matching import Match, MatchedBy, Matching, match
from grader.services.ledger.ledger import list_entries, verify
from grader.services.overrides.overriding import excuse
from grader.services.scores.gradebook import Student, gradebook
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE, SET

HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,The set (4711),Quiz (2)\n"


def ours(number: int, **columns: Any) -> Student:
    blank = {"login": f"u{number}", "name": f"N{number}", "email": "", "sis_user_id": ""}
    return Student(id=number, section="", **(blank | columns))


def theirs(number: int, **columns: str) -> CanvasStudent:
    blank = {"student": f"T{number}", "sis_user_id": "", "sis_login_id": "", "section": ""}
    return CanvasStudent(id=str(number), **(blank | columns))


@pytest.mark.parametrize(
    ("person", "student", "by"),
    [
        ({"sis_user_id": "0012"}, {"sis_user_id": "0012"}, MatchedBy.SIS_USER_ID),
        ({"sis_user_id": "0012"}, {"sis_user_id": "12"}, None),
        ({"login": "ada"}, {"sis_login_id": "Ada"}, MatchedBy.LOGIN),
        ({"login": "a@x.edu"}, {"sis_login_id": "A@x.edu"}, MatchedBy.LOGIN),
        ({"email": "a@x.edu"}, {"sis_login_id": "A@X.edu"}, MatchedBy.EMAIL),
        ({"login": "a", "email": "a@y.edu"}, {"sis_login_id": "a@x.edu"}, None),
        ({"name": "Ada King Lovelace"}, {"student": "Lovelace, Ada King"}, MatchedBy.NAME),
        ({"name": "Lovelace, Ada"}, {"student": "Ada  Lovelace"}, MatchedBy.NAME),
        ({"name": "Plato"}, {"student": "Plato"}, MatchedBy.NAME),
        ({"name": "José"}, {"student": "Jose\u0301"}, MatchedBy.NAME),
        ({"name": "ada"}, {"student": "Ada"}, None),
        ({}, {}, None),
        # One who has another number is another person, whatever else is the same.
        ({"sis_user_id": "1", "login": "a"}, {"sis_user_id": "2", "sis_login_id": "a"}, None),
        ({"sis_user_id": "1", "name": "Ada"}, {"sis_user_id": "2", "student": "Ada"}, None),
        ({"sis_user_id": "1", "name": "Ada"}, {"student": "Ada"}, MatchedBy.NAME),
    ],
)
def test_two_are_the_same_by_the_surest_that_they_share(
    person: dict[str, str], student: dict[str, str], by: MatchedBy | None
) -> None:
    one, other = ours(1, **person), theirs(7, **student)
    found = match([one], [other])
    if by is None:
        assert found == Matching((), (one,), (other,))
    else:
        assert found == Matching((Match(one, other, by),), (), ())
        assert found.count(by) == 1


@pytest.mark.parametrize("key", ["sis_user_id", "login", "email", "name"])
@pytest.mark.parametrize("side", ["here", "there", "both"])
def test_a_text_that_two_on_one_side_share_tells_nothing(key: str, side: str) -> None:
    canvas = {"login": "sis_login_id", "email": "sis_login_id", "name": "student"}.get(key, key)
    here = [ours(number, **{key: "x"}) for number in range(1 + (side != "there"))]
    there = [theirs(number, **{canvas: "x"}) for number in range(1 + (side != "here"))]
    found = match(here, there)
    assert (found.matches, found.only_here, found.only_there) == ((), tuple(here), tuple(there))


def test_who_is_found_by_something_surer_is_not_taken_again() -> None:
    ada, bob = ours(1, sis_user_id="1", login="ada"), ours(2, login="ada2", email="ada")
    student = theirs(7, sis_user_id="1", sis_login_id="ada")
    found = match([bob, ada], [student])
    assert found == Matching((Match(ada, student, MatchedBy.SIS_USER_ID),), (bob,), ())
    other = theirs(8, sis_login_id="ada")
    assert match([ada], [theirs(7, sis_user_id="1"), other]).only_there == (other,)


def test_names_that_are_shared_tell_nothing_even_if_one_is_found_otherwise() -> None:
    here = [ours(1, name="Ada", login="ada"), ours(2, name="Ada")]
    there = [theirs(7, student="Ada", sis_login_id="ada"), theirs(8, student="Ada")]
    assert [found.person.id for found in match(here, there).matches] == [1]


def test_matches_stand_in_our_order() -> None:
    here = [ours(number) for number in (3, 1, 2)]
    there = [theirs(number, sis_login_id=f"u{number}") for number in (1, 2, 3)]
    assert [found.person.id for found in match(here, there).matches] == [3, 1, 2]


# What is kept


def learn(session: Session, rows: str, header: str = HEADER) -> None:
    learn_canvas(session, raw=(header + rows).encode(), about="set", actor="tia", now=NOW)


def known(session: Session, title: str = "The set") -> CanvasState:
    people = [row.person for row in gradebook(session, course=COURSE, assignment="set").rows]
    found = canvas_state(session, assignment=replace(SET, title=title), people=people)
    assert found is not None
    return found


def test_an_export_is_kept_without_any_grade_and_stands_in_the_ledger(session: Session) -> None:
    open_course(session)
    add_student(session)
    learn(session, "Ada,7,,ada,Mon,3.25,1\n")
    (stored,) = session.scalars(select(CanvasExport))
    assert stored.content == {
        "students": [
            {
                "student": "Ada",
                "id": "7",
                "sis_user_id": "",
                "sis_login_id": "ada",
                "section": "Mon",
            }
        ],
        "titles": ["The set (4711)", "Quiz (2)"],
    }
    (entry,) = list_entries(session)
    assert (entry.act, entry.actor, entry.about, entry.detail) == (
        "import",
        "tia",
        "set",
        {"format": "canvas", "students": 1},
    )
    assert verify(session).faults == ()


def test_the_newest_export_holds_and_a_refused_one_changes_nothing(session: Session) -> None:
    open_course(session)
    add_student(session)
    assert canvas_state(session, assignment=SET, people=[]) is None
    learn(session, "Ada,7,,ada,,,\n")
    learn(session, "Ada,8,,ada,,,\n")
    with pytest.raises(ImportRefused):
        learn(session, "Ada,x,,ada,,,\n")
    state = known(session)
    assert [found.student.id for found in state.matching.matches] == ["8"]
    assert (state.actor, state.at) == ("tia", NOW)


@pytest.mark.parametrize(
    ("titles", "title", "columns"),
    [
        ("The set (4711),Quiz (2)", "The set", ("The set (4711)",)),
        ("the  SET (4711),Quiz (2)", "The set", ("the  SET (4711)",)),
        ("The set 2 (4711),Quiz (2)", "The set", ()),
        ("The set (old) (4711),The set (5)", "The set", ("The set (5)",)),
        ("The set (4711),The set (5)", "The set", ("The set (4711)", "The set (5)")),
        ("The set,Quiz (2)", "The set", ()),
    ],
)
def test_the_assignment_is_found_by_its_title(
    titles: str, title: str, columns: tuple[str, ...], session: Session
) -> None:
    open_course(session)
    add_student(session)
    learn(session, "Ada,7,,ada,,,\n", HEADER.replace("The set (4711),Quiz (2)", titles))
    assert known(session, title).columns == columns


# What is written


def export(session: Session, state: CanvasState | None) -> str:
    book = gradebook(session, course=COURSE, assignment="set")
    return canvas_export(book, state).csv


def test_the_file_is_as_canvas_imports_it_byte_by_byte(session: Session) -> None:
    open_course(session)
    ada = add_student(session, "ada", name="Ada Lovelace")
    add_student(session, "ben", name="=cmd|' /C calc'!A0", sis_user_id="0007")
    fay = add_student(session, "fay")
    add_student(session, "zoe")
    answer(session, ada, "set/sum/a", RIGHT["set/sum/a"])
    answer(session, fay, "set/sum/a", RIGHT["set/sum/a"])
    excuse(
        session,
        course=COURSE,
        login="fay",
        about="set",
        by=Decider("tia", None, "ill", NOW),
        seen=None,
    )
    learn(
        session,
        '"Lovelace, Ada",101,,ada,"Mon, Tue",9.99,1\n'
        "=cmd|' /C calc'!A0,102,0007,-ben,@Mon,,\n"
        "Fay,103,,fay,,,\n"
        '"Student, Test",104,,,,,\n',
    )
    assert export(session, known(session)) == (
        "Student,ID,SIS User ID,SIS Login ID,Section,The set (4711)\r\n"
        "    Points Possible,,,,,10.00\r\n"
        "'=cmd|' /C calc'!A0,102,0007,'-ben,'@Mon,0.00\r\n"
        '"Lovelace, Ada",101,,ada,"Mon, Tue",5.00\r\n'
        "Fay,103,,fay,,EX\r\n"
    )


def test_without_such_a_column_canvas_is_to_make_one(session: Session) -> None:
    open_course(session)
    add_student(session)
    learn(session, "Ada,7,,ada,Mon,,\n", HEADER.replace("The set (4711)", "Other (4711)"))
    assert export(session, known(session)).splitlines()[0].endswith(",Section,The set")


def test_scores_are_rounded_to_two_decimals_and_half_of_a_cent_up(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    learn(session, "Ada,7,,ada,Mon,,\n")
    answer(session, ada, "set/sum/a", RIGHT["set/sum/a"])
    book = gradebook(session, course=COURSE, assignment="set")
    (row,) = book.rows
    for points, written in (("1.005", "1.01"), ("1.0049", "1.00"), ("33.333", "33.33")):
        policy = replace(book.policy, points={"set/sum/a": Decimal(points)})
        everybody = replace(book.everybody, policy=policy)
        scored = replace(book, everybody=everybody, rows=(replace(row, everybody=everybody),))
        text = canvas_export(scored, known(session)).csv
        assert text.endswith(f",Mon,{written}\r\n")


def test_what_is_not_known_is_not_written(session: Session) -> None:
    open_course(session)
    add_student(session)
    with pytest.raises(InvalidRequest, match="hand in the gradebook that Canvas exports first"):
        export(session, None)
    learn(session, "Bob,7,,bob,Mon,,\n")
    with pytest.raises(InvalidRequest, match="No student was found"):
        export(session, known(session))
    learn(session, "Ada,7,,ada,,,\n", HEADER.replace("Quiz (2)", "The Set (2)"))
    with pytest.raises(
        InvalidRequest, match=r"2 assignments of this name: The set \(4711\), The Set"
    ):
        export(session, known(session))
