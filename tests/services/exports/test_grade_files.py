"""The files that go out: what is in them, that they are recorded, and that no text is a formula."""

import csv
import io
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import reading, transaction
from grader.domain.decisions import Decider
from grader.domain.errors import InvalidRequest, NoPolicy, NotFound
from grader.domain.ledger import Act
from grader.domain.policy import policy_of
from grader.services.exports.canvas import learn_canvas
from grader.services.exports.grade_files import (
    GradeFile,
    Kind,
    grade_file,
    policy_version,
    record_export,
)
from grader.services.ledger.file_history import newest_files
from grader.services.ledger.ledger import list_entries, verify
from grader.services.overrides.overriding import excuse, override
from tests.services.files.test_csv_text import PAYLOADS, STARTS
from tests.support.classroom import NOW, RIGHT, add_policy, add_student, answer, open_course
from tests.support.courses import COURSE, SET

A, B = "set/sum/a", "set/sum/b"
BY = Decider("tia", None, "as agreed", NOW)
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,The set (4711)\n"


def make(session: Session, kind: Kind, **changes: Any) -> GradeFile:
    asked: dict[str, Any] = {"course": COURSE, "assignment": "set", "actor": "tia", "now": NOW}
    return grade_file(session, kind=kind, **(asked | changes))


def hand_out(session: Session, kind: Kind, **changes: Any) -> GradeFile:
    made = make(session, kind, **changes)
    record_export(session, made=made, actor=changes.get("actor", "tia"), now=NOW)
    return made


def a_class(session: Session) -> None:
    open_course(session)
    ada = add_student(session, "ada", name="Ada", section="Mon", sis_user_id="0012")
    add_student(session, "ben", name="=1+1")
    answer(session, ada, A, RIGHT[A])
    answer(session, ada, B, "9")
    given: dict[str, Any] = {"course": COURSE, "by": BY, "seen": None}
    override(session, login="ada", about=B, points=Decimal("1.25"), **given)
    excuse(session, login="ben", about=A, **given)
    learn_canvas(
        session, raw=f"{CANVAS}Ada,7,0012,,,\n".encode(), about="set", actor="tia", now=NOW
    )


@pytest.mark.parametrize(
    ("kind", "name", "media_type", "start"),
    [
        (Kind.CANVAS, "set-canvas.csv", "text/csv; charset=utf-8", b"Student,ID,SIS User ID,"),
        (Kind.GRADESCOPE, "set-gradescope.csv", "text/csv; charset=utf-8", b"First Name,Last"),
        (Kind.CSV, "set.csv", "text/csv; charset=utf-8", b"login,name,section,sis_user_id,"),
        (
            Kind.EXCEL,
            "set.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
    ],
)
def test_each_file_has_its_name_and_type_and_is_recorded(  # noqa: PLR0917 - a row of the table.
    kind: Kind, name: str, media_type: str, start: bytes, session: Session
) -> None:
    a_class(session)
    before = len(list_entries(session))
    made = hand_out(session, kind)
    assert (made.name, made.media_type) == (name, media_type)
    assert made.content.startswith(start)
    entry, *others = list_entries(session)
    assert len(others) == before
    assert (entry.act, entry.actor, entry.about) == (Act.EXPORT, "tia", "set")
    assert entry.reason == f"Exported for {kind.words}."
    assert entry.detail["format"] == kind.value
    assert len(entry.detail["sha256"]) == 64
    assert verify(session).faults == ()
    assert newest_files(session, act=Act.EXPORT, about="set") == {kind.value: entry}


def test_the_newest_of_each_kind_is_told(session: Session) -> None:
    a_class(session)
    hand_out(session, Kind.CSV, actor="old")
    hand_out(session, Kind.CSV, actor="new")
    hand_out(session, Kind.EXCEL)
    hand_out(session, Kind.CSV, assignment="later", actor="other")
    found = newest_files(session, act=Act.EXPORT, about="set")
    assert {name: each.actor for name, each in found.items()} == {"csv": "new", "xlsx": "tia"}
    assert list(newest_files(session, act=Act.IMPORT, about="set")) == ["canvas"]


def test_the_csv_is_the_gradebook_byte_by_byte(session: Session) -> None:
    a_class(session)
    assert make(session, Kind.CSV).content == (
        b"login,name,section,sis_user_id,set/sum/a,set/sum/b,set/last/a,set/last/b2,"
        b"total,possible,late_days\r\n"
        b"ben,'=1+1,,,,0,0,0,0,5,0\r\n"
        b"ada,Ada,Mon,0012,5,1.25,0,0,6.25,10,0\r\n"
    )


def test_a_workbook_has_numbers_with_formats_and_a_frozen_bold_header(session: Session) -> None:
    a_class(session)
    book = load_workbook(io.BytesIO(make(session, Kind.EXCEL).content))
    assert book.sheetnames == ["Scores", "About"]
    sheet = book["Scores"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        [
            *("Login", "Name", "Section", "SIS user ID"),
            *("1a\nset/sum, part set/sum/a", "1b\nset/sum, part set/sum/b"),
            *("1a\nset/last, part set/last/a", "1b2\nset/last, part set/last/b2"),
            *("Total", "Possible", "Late days"),
        ],
        ["ben", "=1+1", None, None, "EX", 0, 0, 0, 0, 5, 0],
        ["ada", "Ada", "Mon", "0012", 5, 1.25, 0, 0, 6.25, 10, 0],
    ]
    assert [cell.data_type for cell in sheet[3]] == [*"ssss", *"nnnnnnn"]
    assert [cell.number_format for cell in sheet[3]][4:] == ["0.00"] * 6 + ["0"]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "C2"
    assert sheet.column_dimensions["B"].width > 20
    assert sheet["B2"].data_type == "s"


def test_a_workbook_says_what_it_is(session: Session) -> None:
    a_class(session)
    add_policy(session, policy_of(COURSE, SET))
    assert policy_version(session, "set") == 2
    course = replace(
        COURSE, title="=T1()", assignments=(replace(SET, title="@The set"), *COURSE.assignments[1:])
    )
    sheet = load_workbook(io.BytesIO(make(session, Kind.EXCEL, course=course).content))["About"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Course", "=T1()"],
        ["Assignment", "@The set"],
        # 9 March, 23:59 in Los Angeles.
        ["Written", datetime(2026, 3, 9, 23, 59)],  # noqa: DTZ001 - a workbook knows no zones.
        ["Time zone", "America/Los_Angeles"],
        ["Policy version", 2],
        ["By", "tia"],
        ["Students", 2],
        ["Cells", "points"],
    ]
    assert {cell.data_type for cell in sheet["B"]} == {"s", "n", "d"}
    assert sheet["B1"].data_type == sheet["B2"].data_type == "s"


def test_a_student_who_is_excused_from_all_has_no_total(session: Session) -> None:
    a_class(session)
    excuse(session, course=COURSE, login="ada", about="set", by=BY, seen=None)
    sheet = load_workbook(io.BytesIO(make(session, Kind.EXCEL).content))["Scores"]
    assert [cell.value for cell in sheet[3]][4:] == ["EX", "EX", "EX", "EX", "EX", 0, 0]


@pytest.mark.parametrize("kind", Kind)
def test_no_text_of_a_student_starts_a_formula_in_any_file(kind: Kind, session: Session) -> None:
    # Canvas's own file is refused with an invisible character in it.
    payloads = [each for each in PAYLOADS if kind is not Kind.CANVAS or each.isprintable()]
    assert len(payloads) > 25
    open_course(session)
    rows = io.StringIO()
    for number, text in enumerate(payloads):
        login = f"u{number}"
        add_student(session, login, name=text, section=text, sis_user_id=text, email=text)
        csv.writer(rows).writerow([text, 100 + number, text, login, text, ""])
    if kind is Kind.CANVAS:
        raw = (CANVAS + rows.getvalue()).encode()
        learn_canvas(session, raw=raw, about="set", actor="tia", now=NOW)
    content = make(session, kind, actor="=actor").content
    if kind is not Kind.EXCEL:
        cells = [
            cell for row in csv.reader(io.StringIO(content.decode(), newline="")) for cell in row
        ]
        assert [cell for cell in cells if cell.startswith(tuple(STARTS))] == []
        assert {f"'{text}" for text in payloads} <= set(cells)
        return
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            assert [cell.value for cell in row if cell.data_type == "f"] == []
    names = {unescape(cell.value) for cell in load_workbook(io.BytesIO(content))["Scores"]["B"][1:]}
    assert names == set(payloads)


@pytest.mark.parametrize("kind", [Kind.CANVAS, Kind.GRADESCOPE])
def test_practice_gives_no_points_to_export(kind: Kind, session: Session) -> None:
    open_course(session, graded=False)
    with pytest.raises(InvalidRequest, match="The set is practice, which gives no points"):
        make(session, kind)
    assert make(session, Kind.CSV).name == "set.csv"


def test_files_of_practice_say_what_is_correct_as_its_pages_do(session: Session) -> None:
    open_course(session, graded=False)
    ada = add_student(session, "ada", name="Ada")
    add_student(session, "ben", name="Ben")
    for part, text in ((A, RIGHT[A]), ("set/sum/b", "99")):
        answer(session, ada, part, text)
    excuse(session, course=COURSE, login="ben", about="set/sum/b", by=BY, seen=None)
    csv = make(session, Kind.CSV).content.decode()
    assert csv.splitlines()[0].endswith("set/last/b2,correct,parts")
    assert [line.partition(",,,")[2] for line in csv.splitlines()[1:]] == [
        "1,0,0,0,1,4",
        "0,,0,0,0,3",
    ]
    book = load_workbook(io.BytesIO(make(session, Kind.EXCEL).content))
    rows = [[cell.value for cell in row][4:] for row in book["Scores"].iter_rows()]
    assert rows[0][-2:] == ["Correct", "Parts"]
    assert rows[1:] == [[1, 0, 0, 0, 1, 4], [0, "EX", 0, 0, 0, 3]]
    assert {cell.number_format for cell in book["Scores"][2][4:]} == {"0"}
    assert book["About"]["B8"].value == "practice, which gives no points: 1 is correct, 0 is not"


@pytest.mark.parametrize("kind", Kind)
def test_a_file_is_made_while_reading_and_shows_one_state(kind: Kind, engine: Engine) -> None:
    with transaction(engine) as session:
        a_class(session)
    with reading(engine) as session:
        before = make(session, kind)
        with transaction(engine) as beside:
            excuse(beside, course=COURSE, login="ada", about=A, by=BY, seen=0)
        assert texts(make(session, kind)) == texts(before)
    with reading(engine) as session:
        assert texts(make(session, kind)) != texts(before)


def texts(made: GradeFile) -> object:
    """What the file shows; a workbook's bytes hold more."""
    if made.kind is not Kind.EXCEL:
        return made.content
    sheet = load_workbook(io.BytesIO(made.content))["Scores"]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_what_can_not_be_written_is_refused(session: Session) -> None:
    with pytest.raises(NotFound):
        make(session, Kind.CSV, assignment="none")
    with pytest.raises(NoPolicy):
        make(session, Kind.CSV)
    open_course(session)
    with pytest.raises(InvalidRequest):
        make(session, Kind.CANVAS)
