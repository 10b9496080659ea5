"""The roster's page: read by staff, changed by an instructor's file, shown before it counts."""

import io
from base64 import b64decode, b64encode

import pytest
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.services.ledger.ledger import list_entries
from grader.web.staff_roster import LARGEST_ROSTER
from tests.support.people import add_person
from tests.support.rosters import people, plan
from tests.support.school import School
from tests.support.statements import statements
from tests.web.pages import Form, Reader, text_of

ROSTER = "/staff/roster"
HEADER = "login,name,email,section,role\n"
STAFF = "tia,Tia,tia@example.edu,Mon 1:30,ta\nina,Ina,ina@example.edu,Mon 1:30,instructor\n"
FILE = (
    f"{HEADER}{STAFF}ada,Ada Lovelace,ada@example.edu,Mon 1:30,student\n"
    "bob,Bob,bob@example.edu,Tue,student\neve,<b>Eve</b>,,Tue,student\n"
)


def upload(reader: Reader, content: str | bytes, **typed: str) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    form = Form.on(reader.open(ROSTER), "file")
    fields = form.fields | {"missing": "drop"} | typed
    file = {"file": FileStorage(io.BytesIO(raw), "roster.csv", "file")}
    # In memory: the client's own way leaves a temporary file open.
    boundary, body = encode_multipart(fields | file)
    return reader.client.post(
        form.action or "", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )


def confirm(reader: Reader, preview: TestResponse, **typed: str) -> TestResponse:
    form = Form.on(preview.get_data(as_text=True), "roster")
    fields = {name: value for name, value in form.fields.items() if name != "mass_drop"}
    return reader.client.post(form.action or "", data=fields | typed)


def known(school: School) -> dict[str, tuple[object, ...]]:
    with reading(school.engine) as session:
        return people(session)


def words(reply: TestResponse) -> str:
    return text_of(reply.get_data(as_text=True))


def test_staff_see_everybody_with_role_section_and_when_they_were_here(school: School) -> None:
    with transaction(school.engine) as session:
        add_person(session, "gone", name="Gone", active=False)
    page = Reader.of(school, "tia").open(ROSTER)
    assert 'href="/staff/students/ada"' in page
    assert "Bob bob student Mon 1:30 bob@example.edu never" in text_of(page)
    assert "Tia tia teaching assistant Mon 1:30 tia@example.edu 0 s ago" in text_of(page)
    assert "gone@example.edu" not in page
    assert "Instructors change the roster" in page
    assert 'type="file"' not in page
    page = Reader.of(school, "ina").open(f"{ROSTER}?who=all&search=gone")
    assert "Gone dropped" in text_of(page)
    assert 'type="file"' in page


def test_a_filter_that_matches_nobody_says_so(school: School) -> None:
    page = Reader.of(school, "tia").open(f"{ROSTER}?search=zzz&section=None")
    assert "Nobody matches." in page


def test_a_file_is_shown_first_and_then_made_true_as_a_whole(school: School) -> None:
    ina, before = Reader.of(school, "ina"), known(school)
    preview = upload(ina, FILE)
    assert preview.status_code == 200
    told = words(preview)
    assert "Added 1 Changed 2 Dropped 0 As they are 2" in told
    assert "Ada ada name Ada Ada Lovelace" in told.replace("Ada Lovelace ada", "Ada ada")
    assert "section Mon 1:30 Tue" in told
    assert "&lt;b&gt;Eve&lt;/b&gt;" in preview.get_data(as_text=True)
    assert known(school) == before
    reply = confirm(ina, preview)
    assert reply.status_code == 303
    assert known(school)["ada"][0] == "Ada Lovelace"
    assert known(school)["eve"] == ("<b>Eve</b>", "", "", "Tue", "student", True)
    with reading(school.engine) as session:
        newest = list_entries(session, limit=1)[0]
    assert (newest.act, newest.actor) == ("roster", "ina")
    assert newest.detail == {"added": 1, "changed": 2, "dropped": 0, "unchanged": 2}
    done = "is changed, as it was shown: 1 person added, 2 changed, 0 dropped, and 2 as they were."
    assert done in text_of(ina.open(reply.headers["Location"]))
    for other in ("yes", str(newest.number - 1), "999", "9" * 30):
        assert "is changed, as" not in ina.open(f"{ROSTER}?done={other}")


def test_the_file_that_is_carried_is_the_file_that_was_sent(school: School) -> None:
    raw = FILE.replace("\n", "\r\n").encode("utf-8-sig")
    form = Form.on(upload(Reader.of(school, "ina"), raw).get_data(as_text=True), "roster")
    assert b64decode(form.fields["roster"]) == raw


def test_who_is_not_listed_is_dropped_or_stays_as_was_chosen(school: School) -> None:
    ina, only = Reader.of(school, "ina"), f"{HEADER}{STAFF}eve,Eve,,,\n"
    assert "Dropped 2" in words(upload(ina, only))
    preview = upload(ina, only, missing="keep")
    assert "Dropped 0" in words(preview)
    assert confirm(ina, preview).status_code == 303
    assert known(school)["bob"][-1] is True


def test_a_mass_drop_needs_a_tick_of_its_own(school: School) -> None:
    ina = Reader.of(school, "ina")
    preview = upload(ina, f"{HEADER}{STAFF}eve,Eve,,,\n")
    assert "more than half of the 2 active students" in words(preview)
    refused = confirm(ina, preview)
    assert refused.status_code == 422
    assert "so nothing was changed" in words(refused)
    assert known(school)["bob"][-1] is True
    assert confirm(ina, refused, mass_drop="yes").status_code == 303
    assert known(school)["bob"][-1] is False
    assert "eve" in known(school)


def test_a_roster_that_changed_meanwhile_is_shown_anew_and_nothing_is_lost(school: School) -> None:
    ina = Reader.of(school, "ina")
    preview = upload(ina, FILE)
    with transaction(school.engine) as session:
        session.execute(update(Person).where(Person.login == "bob").values(section="Wed"))
    before = known(school)
    again = confirm(ina, preview)
    assert again.status_code == 409
    assert "The roster changed since this was shown" in words(again)
    assert "section Wed Tue" in words(again)
    assert known(school) == before
    assert confirm(ina, again).status_code == 303


def test_another_file_than_was_shown_is_not_applied(school: School) -> None:
    ina, before = Reader.of(school, "ina"), known(school)
    preview, other = upload(ina, FILE), upload(ina, FILE.replace("eve", "mallory"))
    carried = Form.on(other.get_data(as_text=True), "roster").fields["roster"]
    assert confirm(ina, preview, roster=carried).status_code == 409
    assert confirm(ina, preview, missing="keep", digest="").status_code == 409
    assert known(school) == before


@pytest.mark.parametrize("roster", ["", "*", "A", "é", "QUJD" * (LARGEST_ROSTER // 3 + 1)])
def test_a_form_without_its_file_is_refused(school: School, roster: str) -> None:
    ina, before = Reader.of(school, "ina"), known(school)
    reply = confirm(ina, upload(ina, FILE), roster=roster)
    assert reply.status_code == 422
    assert "Upload the file again" in words(reply)
    assert known(school) == before


def test_a_carried_file_that_is_no_roster_is_refused_with_its_rows(school: School) -> None:
    ina = Reader.of(school, "ina")
    reply = confirm(ina, upload(ina, FILE), roster="QUJD")
    assert reply.status_code == 422
    assert "row 1: there is no column for the login" in words(reply)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}ada,Ada,,,student\nbob,Bob,,,student\ntia,Tia,,,instructor\n",
        f"{HEADER}ada,Ada,,,student\nbob,Bob,,,student\nina,Ina,,,student\n",
    ],
)
def test_nobody_locks_themselves_out(school: School, text: str) -> None:
    ina, before = Reader.of(school, "ina"), known(school)
    fields = Form.on(upload(ina, FILE).get_data(as_text=True), "roster").fields
    preview = upload(ina, text)
    assert "would drop you or change your role" in words(preview)
    page = preview.get_data(as_text=True)
    assert "Apply the changes" not in page
    # Sending what the page does not offer helps nobody.
    with reading(school.engine) as session:
        digest = plan(session, text).digest
    carried = b64encode(text.encode()).decode()
    reply = ina.client.post(
        f"{ROSTER}/apply", data=fields | {"roster": carried, "digest": digest, "mass_drop": "yes"}
    )
    assert (reply.status_code, "would drop you" in words(reply)) == (403, True)
    assert known(school) == before


def test_the_same_roster_again_is_nothing_to_do(school: School) -> None:
    ina = Reader.of(school, "ina")
    assert confirm(ina, upload(ina, FILE)).status_code == 303
    preview = upload(ina, FILE)
    assert "says all of this already" in words(preview)
    assert "Apply the changes" not in preview.get_data(as_text=True)


def test_a_ta_and_a_student_change_nothing(school: School) -> None:
    before = known(school)
    fields = Form.on(Reader.of(school, "ina").open(ROSTER), "file").fields
    for who, status in (("tia", 403), ("ada", 404)):
        reader = Reader.of(school, who)
        token = Form.on(reader.open("/pset7/ancestry"), "answer.a").fields["csrf_token"]
        for path in ("preview", "apply"):
            data = fields | {"csrf_token": token}
            assert reader.client.post(f"{ROSTER}/{path}", data=data).status_code == status
    assert known(school) == before


def test_a_form_of_somebody_else_s_page_is_refused(school: School) -> None:
    ina = Reader.of(school, "ina")
    assert upload(ina, FILE, person=str(school.ids["tia"])).status_code == 401
    assert confirm(ina, upload(ina, FILE), person=str(school.ids["tia"])).status_code == 401


def test_a_file_larger_than_the_page_takes_is_refused_before_it_is_read(school: School) -> None:
    reply = upload(Reader.of(school, "ina"), HEADER + "x" * LARGEST_ROSTER)
    assert (reply.status_code, "larger than 1,000 kB" in words(reply)) == (422, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_routes_of_files_read_long_bodies(school: School) -> None:
    ina = Reader.of(school, "ina")
    form = Form.on(ina.open("/pset7/ancestry"), "answer.a")
    data = form.fields | {"answer.a": "1" * 100_000}
    assert ina.client.post("/pset7/ancestry", data=data).status_code == 413


def test_a_larger_class_takes_no_more_statements(school: School) -> None:
    engine, reader, counts = school.app.extensions["grader"].engine, Reader.of(school, "tia"), []
    for number in range(2):
        with transaction(school.engine) as session:
            for each in range(10):
                add_person(session, f"s{number}{each}")
        with statements(engine) as sent:
            reader.open(ROSTER)
        counts.append(len(sent))
    assert counts[0] == counts[1]
