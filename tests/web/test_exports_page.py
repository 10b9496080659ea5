"""The page of exports: files by buttons, Canvas's export taken, and who was not found."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from grader.db.session import reading, transaction
from grader.domain.decisions import Decider
from grader.services.ledger.ledger import list_entries
from grader.services.overrides.overriding import excuse
from grader.web.uploads import LARGEST_UPLOAD
from tests.support.people import add_person
from tests.support.school import School
from tests.support.statements import statements
from tests.support.uploads import send_file
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader, text_of

HERE = "/staff/exports/pset7"
HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,Pset 7: Machine Learning (77)\n"
ROWS = "    Points Possible,,,,,50\nAda,101,,ada,Mon,\nEve,102,,eve,Mon,\n"
A = "pset7/ancestry/a"
READING = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


def press(reader: Reader, kind: str, **fields: str) -> TestResponse:
    form = Form.on(reader.open(HERE), "person")
    return reader.client.post(f"{HERE}/{kind}", data=form.fields | fields)


def hand_in(reader: Reader, raw: bytes, **fields: str) -> TestResponse:
    form = Form.on(reader.open(HERE), "file")
    form.fields.pop("file")
    assert form.action == f"{HERE}/canvas-export"
    return send_file(reader.client, form.action, form.fields | fields, raw)


def acts(school: School) -> list[tuple[str, str, str]]:
    with reading(school.engine) as session:
        entries = [each for each in list_entries(session) if each.act in {"export", "import"}]
    return [(each.act, each.actor, each.about) for each in entries]


def test_staff_hand_canvas_s_export_in_and_take_the_file_for_it(school: School) -> None:
    reader = Reader.of(school, "tia")
    page = reader.open(HERE)
    assert "Canvas’s ids are not known yet" in page
    assert page.count("disabled") == 1
    reply = hand_in(reader, (HEADER + ROWS).encode())
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{HERE}#canvas")
    page = text_of(reader.open(HERE))
    assert "Found 1 of 2 students by SIS Login ID 1" in page
    assert "Scores go into Canvas’s column Pset 7: Machine Learning (77)" in page
    assert "On our roster, not found in Canvas: 1" in page
    assert "In Canvas, not found on our roster: 1" in page
    school.submit(A, school.expected(A))
    reply = press(reader, "canvas")
    assert reply.headers["Content-Disposition"] == "attachment; filename=pset7-canvas.csv"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.get_data(as_text=True) == (
        "Student,ID,SIS User ID,SIS Login ID,Section,Pset 7: Machine Learning (77)\r\n"
        "    Points Possible,,,,,50.00\r\n"
        "Ada,101,,ada,Mon,5.00\r\n"
    )
    assert acts(school) == [("export", "tia", "pset7"), ("import", "tia", "pset7")]
    assert "Last by tia" in text_of(reader.open(HERE))


@pytest.mark.parametrize("kind", ["gradescope", "csv", "xlsx"])
def test_each_other_file_comes_by_a_button(school: School, kind: str) -> None:
    school.submit(A, school.expected(A))
    reply = press(Reader.of(school, "ina"), kind)
    assert reply.status_code == 200
    if kind == "xlsx":
        rows = [[c.value for c in row] for row in load_workbook(io.BytesIO(reply.data))["Scores"]]
    else:
        rows = list(csv.reader(io.StringIO(reply.get_data(as_text=True))))
    assert [row[0].casefold() for row in rows[1:]] == ["ada", "bob"]
    assert acts(school) == [("export", "ina", "pset7")]


@pytest.mark.parametrize("kind", ["gradescope", "csv", "xlsx"])
def test_nobody_waits_while_a_file_is_made(school: School, kind: str) -> None:
    school.submit(A, school.expected(A))
    reader = Reader.of(school, "ina")
    form = Form.on(reader.open(HERE), "person")
    with statements(school.app.extensions["grader"].engine) as sent:
        assert reader.client.post(f"{HERE}/{kind}", data=form.fields).status_code == 200
    begins = [place for place, each in enumerate(sent) if each.startswith("BEGIN")]
    whole = [sent[one:two] for one, two in pairwise([*begins, len(sent)])]
    (made,) = (each for each in whole if any("people.last_receipt" in line for line in each))
    (recorded,) = (each for each in whole if any("INSERT INTO ledger" in line for line in each))
    assert made[0] == READING[school.engine.dialect.name]
    assert recorded is not made
    assert all("ledger" in line for line in recorded[1:] if "pg_advisory_xact_lock" not in line)
    assert recorded is whole[-1]


def test_reading_the_page_writes_nothing_and_no_link_leads_to_a_file(school: School) -> None:
    reader = Reader.of(school, "tia")
    before = school.rows()
    reader.open(HERE)
    assert reader.client.get(f"{HERE}/csv").status_code == 405
    assert school.rows() == before


@pytest.mark.parametrize("kind", ["none", "CSV", "pdf"])
def test_there_are_no_other_files(school: School, kind: str) -> None:
    assert press(Reader.of(school, "tia"), kind).status_code == 404
    assert acts(school) == []


def test_what_is_missing_for_canvas_is_said_on_the_page(school: School) -> None:
    reader = Reader.of(school, "tia")
    reply = press(reader, "canvas")
    assert reply.status_code == 422
    assert "hand in the gradebook that Canvas exports first" in reply.get_data(as_text=True)
    hand_in(reader, (HEADER.replace("Machine Learning", "Other") + ROWS).encode())
    page = text_of(reader.open(HERE))
    assert "Canvas has no assignment called Pset 7: Machine Learning." in page
    assert press(reader, "canvas").status_code == 200
    twice = HEADER.replace("\n", ",pset 7: machine learning (78)\n") + ROWS.replace("\n", ",\n")
    hand_in(reader, twice.encode())
    page = reader.open(HERE)
    assert "Canvas has 2 assignments of this name" in text_of(page)
    assert page.count("disabled") == 1
    assert press(reader, "canvas").status_code == 422
    with transaction(school.engine) as session:
        add_person(session, "eve", name="Eve", email="")
    hand_in(reader, (HEADER + ROWS.replace("eve", "evi") + "Bob,103,,bob,,\n").encode())
    page = text_of(reader.open(HERE))
    assert "Found by their name alone: 1" in page
    assert "Eve (eve) is Eve, ID 102" in page
    assert "Everybody was found, on both sides." in page


def test_whose_points_are_scaled_for_canvas_is_listed(school: School) -> None:
    reader = Reader.of(school, "tia")
    hand_in(reader, (HEADER + ROWS).encode())
    assert "Excused from some of it" not in text_of(reader.open(HERE))
    parts = [p.slug for each in school.catalog.course.assignments[0].problems for p in each.parts]
    for part in parts[2:]:
        school.submit(part, school.expected(part))
    with transaction(school.engine) as session:
        excuse(
            session,
            course=school.catalog.course,
            login="ada",
            about=parts[0],
            by=Decider("tia", None, "ill", datetime.now(UTC)),
            seen=0,
        )
    page = text_of(reader.open(HERE))
    assert "Excused from some of it: 1" in page
    assert "Ada 40 of 45 44.44 of 50" in page
    assert press(reader, "canvas").get_data(as_text=True).endswith("Ada,101,,ada,Mon,44.44\r\n")


def test_practice_has_no_points_for_canvas_and_gradescope(school: School) -> None:
    change_policy(school, lambda first: replace(first, graded=False))
    reader = Reader.of(school, "tia")
    assert reader.open(HERE).count("disabled") == 2
    assert press(reader, "gradescope").status_code == 422
    csv = press(reader, "csv")
    assert csv.status_code == 200
    assert csv.get_data(as_text=True).splitlines()[0].endswith(",correct,parts")
    page = text_of(reader.open(HERE))
    assert page.count("gives no points") == 4
    assert "Points of each part" not in page


def test_without_a_file_there_is_nothing_to_hand_in(school: School) -> None:
    reader = Reader.of(school, "tia")
    form = Form.on(reader.open(HERE), "file")
    reply = reader.client.post(f"{HERE}/canvas-export", data=form.fields)
    assert (
        reply.status_code,
        "Choose a file that is not empty." in reply.get_data(as_text=True),
    ) == (
        422,
        True,
    )


def test_only_a_view_that_takes_files_takes_a_large_body_and_only_of_who_may(
    school: School,
) -> None:
    reader = Reader.of(school, "tia")
    assert hand_in(reader, b"x" * 100_000).status_code == 422
    assert hand_in(reader, b"x" * LARGEST_UPLOAD).status_code == 413
    fields = Form.on(reader.open(HERE), "person").fields | {"more": "x" * 70_000}
    assert reader.client.post(f"{HERE}/csv", data=fields).status_code == 413
    student = Reader.of(school, "ada").client
    reply = send_file(student, f"{HERE}/canvas-export", {}, b"x" * 100_000)
    assert reply.status_code == 404


def test_a_form_of_somebody_else_is_not_taken(school: School) -> None:
    reader = Reader.of(school, "tia")
    assert press(reader, "csv", person="0").status_code == 401
    assert hand_in(reader, (HEADER + ROWS).encode(), person="0").status_code == 401
    assert acts(school) == []


def test_an_assignment_that_is_not_there_has_no_exports(school: School) -> None:
    reader = Reader.of(school, "tia")
    form = Form.on(reader.open(HERE), "file")
    form.fields.pop("file")
    assert reader.client.get("/staff/exports/none").status_code == 404
    for kind in ("csv", "canvas-export"):
        reply = send_file(reader.client, f"/staff/exports/none/{kind}", form.fields, b"x")
        assert reply.status_code == 404
