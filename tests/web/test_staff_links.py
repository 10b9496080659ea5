"""A sign-in link on a student's page: made by instructors, shown once, recorded."""

import re

import pytest
from sqlalchemy import update

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.services.ledger.ledger import list_entries
from tests.support.school import School
from tests.web.pages import Form, Reader, text_of

ADA = "/staff/students/ada"
LINK = re.compile(r"<code>http://localhost(/signin/[\w-]{43})</code>")


def form_of(reader: Reader) -> Form:
    page = reader.open(ADA)
    (form,) = re.findall(
        rf'<form method="post" action="{ADA}/signin-link#signin-link".*?</form>', page, re.DOTALL
    )
    return Form.on(form, "person")


def test_an_instructor_makes_a_link_that_works_once_and_is_recorded(school: School) -> None:
    ina = Reader.of(school, "ina")
    form = form_of(ina)
    reply = ina.client.post(f"{ADA}/signin-link", data=form.fields)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (201, "no-store")
    found = LINK.search(reply.get_data(as_text=True))
    assert found is not None
    assert found[1] not in ina.open(ADA)
    visitor = Reader(school.client())
    confirm = Form.on(visitor.open(found[1]), "csrf_token")
    entered = visitor.client.post(confirm.action or found[1], data=confirm.fields)
    assert entered.status_code == 303
    assert "Ada" in text_of(visitor.open("/grades"))
    assert school.client().get(found[1]).status_code == 404
    with reading(school.engine) as session:
        entry = list_entries(session, limit=1)[0]
    assert (entry.act, entry.actor, entry.login) == ("sign-in link", "ina", "ada")
    assert "ina made a sign-in link" in text_of(ina.open("/staff/ledger"))


def test_a_teaching_assistant_is_offered_none_and_makes_none(school: School) -> None:
    tia, ina = Reader.of(school, "tia"), Reader.of(school, "ina")
    assert "Make a sign-in link" not in tia.open(ADA)
    before = school.rows()
    token = Form.on(tia.open("/staff/tokens"), "csrf_token").fields["csrf_token"]
    reply = tia.client.post(f"{ADA}/signin-link", data={"csrf_token": token})
    assert (reply.status_code, school.rows()) == (403, before)
    assert "Only instructors may make sign-in links" in text_of(reply.get_data(as_text=True))
    assert form_of(ina)


@pytest.mark.parametrize("change", [{"role": "ta"}, {"active": False}])
def test_there_is_no_link_for_staff_nor_for_who_was_dropped(
    school: School, change: dict[str, object]
) -> None:
    ina = Reader.of(school, "ina")
    form = form_of(ina)
    with transaction(school.engine) as session:
        session.execute(update(Person).where(Person.login == "ada").values(**change))
    assert "Make a sign-in link" not in ina.open(ADA)
    before = school.rows()
    reply = ina.client.post(f"{ADA}/signin-link", data=form.fields)
    assert (reply.status_code, school.rows()) == (403 if "role" in change else 404, before)
    if "role" in change:
        assert "An operator can make it" in text_of(reply.get_data(as_text=True))


def test_a_form_of_somebody_else_is_not_taken(school: School) -> None:
    ina = Reader.of(school, "ina")
    form = form_of(ina)
    reply = ina.client.post(f"{ADA}/signin-link", data=form.fields | {"person": "0"})
    assert reply.status_code == 401
