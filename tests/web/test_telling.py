"""Staff see whom a mail would go to and its very text, and send it; students get it once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from werkzeug.test import TestResponse

from grader.db.models import Person
from grader.db.session import transaction
from grader.services.people.token_issuing import issue_token
from grader.web import staff_telling
from tests.support.people import add_person
from tests.support.post_office import PostOffice, open_post_office
from tests.support.regrades import regrade_once
from tests.support.rescores import rescore_once
from tests.support.school import School
from tests.web.pages import Form, Reader, text_of

A, ODD = "pset7/ancestry/a", "0.123"
RUN, TOLD = "/staff/regrades/runs/1", "/staff/told/regrade/1"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


def settings(school: School, **changes: Any) -> None:
    state = school.app.extensions["grader"]
    changed = state.settings.model_copy(update=changes)
    school.app.extensions["grader"] = replace(state, settings=changed)


@pytest.fixture
def told(school: School, office: PostOffice) -> School:
    """Ada and Bob gained points by a regrade, and there is a mail server."""
    for who in ("ada", "bob"):
        assert school.submit(A, ODD, who=who).status_code == 201
    regrade_once(school, ODD)
    settings(school, smtp_url=SecretStr(office.url), base_url="https://grader.example.edu")
    return school


def press(reader: Reader, page: str, **typed: str) -> TestResponse:
    forms = reader.open(page)
    form = next(
        part for part in forms.split("<form") if 'action="/staff/told/' in part.partition(">")[0]
    )
    filled = Form.on(f"<form{form.partition('</form>')[0]}</form>", "person")
    return reader.client.post(filled.action or "", data=filled.fields | {"who": "points"} | typed)


def test_the_run_page_says_how_many_and_shows_the_very_text(
    told: School, office: PostOffice
) -> None:
    staff = Reader.of(told, "tia")
    markup = staff.open(RUN)
    page = text_of(markup)
    assert "Points changed 2 students Told by mail 0 Not told yet 2" in page
    assert "What Ada would get" in page
    assert "CS109: your points in Pset 7: Machine Learning" in page
    assert "Your points of all parts of this assignment went from 0 to 5." in page
    assert "https://grader.example.edu/grades" in page
    assert "Send to 2 students" in page
    assert office.messages == []
    reply = press(staff, RUN)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{RUN}#told")
    assert sorted(office.told) == ["ada@example.edu", "bob@example.edu"]
    letter = office.letter("ada@example.edu")
    body = letter.get_content()
    assert " ".join(body.split()) in page, "what was shown is what was sent"
    assert letter["Subject"] == "CS109: your points in Pset 7: Machine Learning"
    for secret in (ODD, told.expected(A), "for tests"):
        assert secret not in body
    page = text_of(staff.open(RUN))
    assert "Told by mail 2 Not told yet 0" in page
    assert "Send to" not in page
    assert "tia wrote to students whose grades changed" in text_of(staff.open("/staff/ledger"))


def test_pressed_again_nobody_gets_two(told: School, office: PostOffice) -> None:
    staff = Reader.of(told, "tia")
    form = Form.on(staff.open(TOLD), "person")
    assert press(staff, RUN).status_code == 303
    again = staff.client.post(TOLD, data=form.fields)
    assert again.status_code == 409
    assert "Nobody is left to be told." in text_of(again.get_data(as_text=True))
    assert len(office.messages) == 2


def test_whose_points_are_the_same_are_told_only_if_that_is_chosen(
    school: School, office: PostOffice
) -> None:
    school.submit(A, school.expected(A))
    for who in ("ada", "bob"):
        school.submit(A, ODD, who=who)
    regrade_once(school, ODD)
    settings(school, smtp_url=SecretStr(office.url))
    staff = Reader.of(school, "tia")
    page = text_of(staff.open(RUN))
    assert "Not told yet 1 and 1 whose points are the same" in page
    assert "What Bob would get" in page
    assert "Send to 1 student Send to all 2 students, also the 1 whose points are the same" in page
    press(staff, RUN)
    assert office.told == ["bob@example.edu"]
    page = text_of(staff.open(RUN))
    assert "What Ada would get" in page
    assert "Send to 1 student Nobody gets it twice." in page
    press(staff, RUN, who="all")
    assert "stayed at 5." in office.letter("ada@example.edu").get_content()


def test_an_undoing_is_told_from_its_own_page(told: School, office: PostOffice) -> None:
    press_undo(told)
    staff = Reader.of(told, "tia")
    page = text_of(staff.open("/staff/regrades/runs/2"))
    assert "Send to 2 students" in page
    assert "No mail told anybody of run 1, which this one took back" in page
    assert press(staff, "/staff/regrades/runs/2").status_code == 303
    assert "was changed back" in office.letter("ada@example.edu").get_content()


def test_an_undoing_of_what_was_told_says_nothing_of_the_kind(told: School) -> None:
    press(Reader.of(told, "tia"), RUN)
    press_undo(told)
    page = text_of(Reader.of(told, "tia").open("/staff/regrades/runs/2"))
    assert "Send to 2 students" in page
    assert "No mail told anybody" not in page


def press_undo(school: School) -> None:
    staff = Reader.of(school, "tia")
    form = Form.on(staff.open(RUN), "reason")
    reply = staff.client.post(RUN, data=form.fields | {"reason": "x"})
    assert reply.headers["Location"] == "/staff/regrades/runs/2"


def test_of_a_run_that_was_taken_back_nobody_is_told(told: School, office: PostOffice) -> None:
    staff = Reader.of(told, "tia")
    form = Form.on(staff.open(TOLD), "person")
    press_undo(told)
    page = staff.open(RUN)
    assert "Tell students of run 2" in text_of(page)
    assert 'href="/staff/told/regrade/2"' in page
    reply = staff.client.post(TOLD, data=form.fields)
    assert reply.status_code == 422
    assert "was undone by run 2" in text_of(reply.get_data(as_text=True))
    assert office.messages == []


def test_a_rescore_is_told_in_the_same_way(school: School, office: PostOffice) -> None:
    part = next(iter(school.catalog.course.assignments[0].problems[0].parts)).slug
    school.submit(part, school.expected(part))
    rescore_once(school)
    settings(school, smtp_url=SecretStr(office.url))
    staff = Reader.of(school, "tia")
    run = "/staff/rescores/runs/1"
    page = text_of(staff.open(run))
    assert "Your score went from 4 of 49 to 5 of 50." in page
    assert "http://localhost/grades" in page
    assert press(staff, run).headers["Location"] == f"{run}#told"
    assert sorted(office.told) == ["ada@example.edu", "bob@example.edu"]


def test_a_refused_address_and_who_has_none_are_named(told: School, office: PostOffice) -> None:
    with transaction(told.engine) as session:
        session.execute(update(Person).where(Person.login == "bob").values(email=""))
    office.refuse["ada@example.edu"] = 550
    staff = Reader.of(told, "tia")
    assert press(staff, RUN).status_code == 303
    page = text_of(staff.open(RUN))
    assert (
        "1 student could not be reached; sending again tries them again: Ada The mail was" in page
    )
    assert "(code 550)" in page
    assert "1 student without an address on the roster: Bob" in page
    office.refuse.clear()
    assert press(staff, RUN).status_code == 303
    assert office.told == ["ada@example.edu"]


def test_without_a_mail_server_it_is_said_how_to_set_one(told: School) -> None:
    staff = Reader.of(told, "tia")
    form = Form.on(staff.open(TOLD), "person")
    settings(told, smtp_url=SecretStr(""))
    page = staff.open(RUN)
    assert "What Ada would get" in text_of(page)
    assert "GRADER_SMTP_URL" in page
    assert "Send to" not in page
    reply = staff.client.post(TOLD, data=form.fields)
    assert reply.status_code == 502
    assert "No mail server is set here." in text_of(reply.get_data(as_text=True))


def test_a_mail_server_that_is_away_is_told_and_nothing_stands_in_the_ledger(
    told: School,
) -> None:
    with open_post_office() as closed:
        settings(told, smtp_url=SecretStr(closed.url))
    staff = Reader.of(told, "tia")
    before = told.rows()
    reply = press(staff, RUN)
    assert reply.status_code == 502
    assert "The mail server 127.0.0.1 can't be used" in text_of(reply.get_data(as_text=True))
    assert told.rows() == before


def test_of_many_the_first_are_sent_at_once_and_the_others_behind_the_page(
    told: School, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(told, 12)
    started: list[Thread] = []

    class Kept(Thread):
        def start(self) -> None:
            started.append(self)
            super().start()

    monkeypatch.setattr(staff_telling, "Thread", Kept)
    staff = Reader.of(told, "tia")
    assert press(staff, "/staff/regrades/runs/2").status_code == 303
    (thread,) = started
    thread.join(timeout=30)
    assert len(set(office.told)) == len(office.told) == 12
    page = staff.open("/staff/told/regrade/2")
    assert "Told by mail 12" in text_of(page)


def many(school: School, students: int) -> None:
    """A second regrade, by which so many more gain points."""
    with transaction(school.engine) as session:
        ids = [add_person(session, f"s{number}") for number in range(students)]
    assert ids
    for number in range(students):
        school.tokens[f"s{number}"] = token(school, f"s{number}")
        assert school.submit(A, "0.456", who=f"s{number}").status_code == 201
    regrade_once(school, "0.456")


def token(school: School, login: str) -> str:
    with transaction(school.engine) as session:
        return issue_token(
            session,
            login=login,
            name="test",
            lifetime=timedelta(days=1),
            actor="op",
            now=datetime.now(UTC),
        ).token


def test_a_sending_behind_the_page_that_breaks_off_goes_on_when_it_is_pressed_again(
    told: School, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(told, 9)
    office.hang_up = set(range(5, 40))

    class AtOnce(Thread):
        def start(self) -> None:
            self.run()

    monkeypatch.setattr(staff_telling, "Thread", AtOnce)
    staff = Reader.of(told, "tia")
    run = "/staff/regrades/runs/2"
    assert press(staff, run).status_code == 303
    assert len(office.messages) == 4
    page = staff.open("/staff/told/regrade/2")
    assert "Mail is being sent" in text_of(page)
    assert 'hx-trigger="every 2s"' in page
    office.hang_up.clear()
    assert press(staff, run).status_code == 303
    # A letter stayed unclear for each line that was cut.
    assert len(set(office.told)) == len(office.told) == 6


def test_a_script_gets_the_middle_of_the_page_alone(told: School) -> None:
    staff = Reader.of(told, "tia")
    reply = staff.client.get(TOLD, headers={"HX-Request": "true"})
    page = reply.get_data(as_text=True)
    assert page.lstrip().startswith("<section")
    assert "<html" not in page


@pytest.mark.parametrize(
    "path", ["regrade/9", "rescore/1", "other/1", "regrade/x", "regrade/-1", "regrade/" + "9" * 30]
)
def test_what_is_not_there_is_not_found(told: School, path: str) -> None:
    staff = Reader.of(told, "tia")
    form = Form.on(staff.open(TOLD), "person")
    staff.open(f"/staff/told/{path}", 404)
    assert staff.client.post(f"/staff/told/{path}", data=form.fields).status_code == 404


def test_a_page_of_somebody_else_s_sends_nothing(told: School, office: PostOffice) -> None:
    staff = Reader.of(told, "tia")
    form = Form.on(staff.open(TOLD), "person")
    other = form.fields | {"person": str(told.ids["ina"])}
    assert staff.client.post(TOLD, data=other).status_code == 401
    assert office.messages == []
