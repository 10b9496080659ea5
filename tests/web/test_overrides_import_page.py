"""Importing overrides on the web: a preview, then all of it, and never past somebody else's decision."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from grader.db.models import Override, Person
from grader.db.session import reading, transaction
from grader.domain.decisions import Decider
from grader.services.overrides.overriding import excuse, override
from tests.support.classroom import NOW
from tests.support.people import add_person
from tests.support.school import School
from tests.support.uploads import send_file
from tests.web.pages import Form, Reader, text_of

HERE = "/staff/imports/pset7"
HEADER = "login,part,points,reason\n"
ROWS = f"{HEADER}ada,2a,2.5,as agreed\nbob,pset7/ancestry/b,5,<b>kind</b>\n"
BY = Decider("tia", None, "as agreed", NOW)


def hand_in(reader: Reader, raw: bytes, **fields: str) -> TestResponse:
    form = Form.on(reader.open(HERE), "file")
    form.fields.pop("file")
    assert form.action == HERE
    return send_file(reader.client, HERE, form.fields | fields, raw)


def confirm(reader: Reader, shown: TestResponse, **fields: str) -> TestResponse:
    form = Form.on(shown.get_data(as_text=True), "digest")
    assert form.action == f"{HERE}/apply"
    return send_file(reader.client, form.action, form.fields | fields)


def decided(school: School) -> dict[str, Decimal | None]:
    """By login what was decided last."""
    with reading(school.engine) as session:
        query = (
            select(Person.login, Override.points)
            .join(Override, Override.person_id == Person.id)
            .order_by(Override.id)
        )
        return {login: points for login, points in session.execute(query)}  # noqa: C416 - typed rows.


def test_an_instructor_sees_what_a_file_would_change_and_takes_it(school: School) -> None:
    reader = Reader.of(school, "ina")
    before = school.rows()
    shown = hand_in(reader, ROWS.encode())
    page = text_of(shown.get_data(as_text=True))
    assert "To add 2 To change 0 The same already 0" in page
    assert "2 Ada 2a 0 2.5 of 5 new as agreed" in page
    assert "<b>kind" not in shown.get_data(as_text=True)
    assert school.rows() == before
    reply = confirm(reader, shown)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{HERE}#last")
    assert decided(school) == {"ada": Decimal("2.5"), "bob": 5}
    page = text_of(reader.open(HERE))
    assert "added 2 and changed 0" in page
    assert "Nothing to do" in hand_in(reader, ROWS.encode()).get_data(as_text=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_is_confirmed_is_what_was_shown_whatever_the_file_s_line_ends(
    school: School, encoding: str, line_end: str
) -> None:
    text = f"{HEADER}\nada,2a,2.5,für “alle” & <b>\n".replace("\n", line_end)
    reader = Reader.of(school, "ina")
    assert confirm(reader, hand_in(reader, text.encode(encoding))).status_code == 303
    assert decided(school) == {"ada": Decimal("2.5")}


def test_a_decision_meanwhile_is_shown_before_anything_is_written(school: School) -> None:
    reader = Reader.of(school, "ina")
    shown = hand_in(reader, ROWS.encode())
    with transaction(school.engine) as session:
        override(
            session,
            course=school.catalog.course,
            login="ada",
            about="pset7/ancestry/a",
            points=Decimal(1),
            by=BY,
            seen=None,
        )
    reply = confirm(reader, shown)
    assert reply.status_code == 409
    page = text_of(reply.get_data(as_text=True))
    assert "Nothing was changed. Scores were decided meanwhile" in page
    assert "instead of 1 by staff" in page
    assert decided(school) == {"ada": 1}
    assert confirm(reader, reply).status_code == 303
    assert decided(school) == {"ada": Decimal("2.5"), "bob": 5}


def test_a_row_that_takes_an_excuse_away_says_so(school: School) -> None:
    about, course = "pset7/ancestry/a", school.catalog.course
    with transaction(school.engine) as session:
        excuse(session, course=course, login="ada", about=about, by=BY, seen=0)
    reader = Reader.of(school, "ina")
    page = text_of(hand_in(reader, ROWS.encode()).get_data(as_text=True))
    assert "To add 1 To change 1" in page
    assert "2 Ada 2a 0 2.5 of 5 instead of an excuse as agreed" in page


def test_another_file_or_no_digest_is_not_what_was_shown(school: School) -> None:
    reader = Reader.of(school, "ina")
    shown = hand_in(reader, ROWS.encode())
    assert confirm(reader, shown, content=ROWS.replace("2.5", "5")).status_code == 409
    assert confirm(reader, shown, digest="").status_code == 409
    assert confirm(reader, shown, content="").status_code == 422
    assert decided(school) == {}


def test_who_left_meanwhile_stops_the_import(school: School) -> None:
    reader = Reader.of(school, "ina")
    shown = hand_in(reader, ROWS.encode())
    with transaction(school.engine) as session:
        session.execute(update(Person).where(Person.login == "bob").values(active=False))
    reply = confirm(reader, shown)
    assert reply.status_code == 422
    assert "there is no active student" in reply.get_data(as_text=True)
    assert decided(school) == {}


def test_the_largest_file_that_is_taken_can_be_confirmed(school: School) -> None:
    with transaction(school.engine) as session:
        for number in range(40):
            add_person(session, f"s{number:02}")
    note = "x" * 450
    parts = [p.slug for each in school.catalog.course.assignments[0].problems for p in each.parts]
    rows = "".join(
        f"s{number:02},{part},0,{note},{note}\n" for number in range(40) for part in parts
    )
    raw = f"login,part,points,reason,note\n{rows}".encode()
    assert len(raw) > 200_000
    reader = Reader.of(school, "ina")
    assert confirm(reader, hand_in(reader, raw)).status_code == 303
    with reading(school.engine) as session:
        assert session.scalars(select(func.count()).select_from(Override)).one() == 400


def test_without_a_file_there_is_nothing_to_show(school: School) -> None:
    reader = Reader.of(school, "ina")
    form = Form.on(reader.open(HERE), "file")
    reply = reader.client.post(HERE, data=form.fields)
    assert (
        reply.status_code,
        "Choose a file that is not empty." in reply.get_data(as_text=True),
    ) == (
        422,
        True,
    )


def test_a_form_of_somebody_else_is_not_taken(school: School) -> None:
    reader = Reader.of(school, "ina")
    shown = hand_in(reader, ROWS.encode())
    assert confirm(reader, shown, person="0").status_code == 401
    assert hand_in(reader, ROWS.encode(), person="0").status_code == 401
    assert decided(school) == {}


def test_teaching_assistants_may_not_import(school: School) -> None:
    client = school.browser("tia")
    for reply in (client.get(HERE), client.post(HERE), client.post(f"{HERE}/apply")):
        assert reply.status_code in {400, 403}
    assert "Only instructors may import overrides." in client.get(HERE).get_data(as_text=True)
    assert school.browser("ina").get("/staff/imports/none").status_code == 404
