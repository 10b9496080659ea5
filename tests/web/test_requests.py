"""Asking for a regrade on the page of a part, and the staff's queue."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from grader.db.models import RegradeRequest
from grader.db.session import transaction
from grader.web import access
from tests.support.school import School
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader, mentions, text_of

A = "pset7/ancestry/a"
HERE = f"/requests/{A}"
QUEUE = "/staff/requests"
REASON = "Computed twice: <script>alert(1)</script> & 0.5\nSecond line"
AS_TEXT = html.escape(REASON, quote=False)


def asked(school: School, who: str = "ada", reason: str = REASON) -> Reader:
    reader = Reader.of(school, who)
    assert school.submit(A, "0.5", who=who).status_code == 201
    assert send(reader, HERE, "reason", reason=reason) == 303
    return reader


def send(reader: Reader, path: str, field: str, **typed: str) -> int:
    """Fill the first form with this field in, and send it; gives the status."""
    form = Form.on(reader.open(path), field)
    assert form.action
    return reader.client.post(form.action, data=form.fields | typed).status_code


def test_a_student_asks_on_the_way_from_the_grades(school: School) -> None:
    reader = Reader.of(school, "ada")
    assert HERE not in reader.open("/grades")
    school.submit(A, "0.5")
    page = reader.open("/grades")
    assert f'href="{HERE}"' in page
    assert "You have 3 regrade requests left for this assignment, until" in text_of(page)
    assert "request 1 of 3 for this assignment, taken until" in text_of(reader.open(HERE))
    assert send(reader, HERE, "reason", reason=REASON) == 303
    page = reader.open(HERE)
    assert "<script>alert" not in page
    assert AS_TEXT in page
    assert "Not answered yet." in page
    assert "You have asked for this already" in page
    assert "<textarea" not in page
    page = text_of(reader.open("/grades"))
    assert "Regrade request for (a) of Logistic Regression: Ancestry : not answered yet" in page
    assert "You have 2 regrade requests left" in page


def test_a_part_with_all_its_points_offers_none(school: School) -> None:
    reader = Reader.of(school, "ada")
    school.submit(A, school.expected(A))
    assert HERE not in reader.open("/grades")
    assert send(reader, HERE, "reason", reason="The first one was right.") == 303
    assert HERE in reader.open("/grades")


def test_staff_answer_and_the_student_reads_it(school: School) -> None:
    reader, staff = asked(school), Reader.of(school, "tia")
    page = staff.open(QUEUE)
    assert "1 request waits, the oldest first." in text_of(page)
    assert "Ada" in page
    assert AS_TEXT in page
    assert send(staff, QUEUE, "words", decision="kept", words="We solved it again.") == 303
    page = text_of(staff.open(QUEUE))
    assert "Nothing waits for an answer." in page
    assert re.search(r"The grade stays\. Answered on .* by tia:", page)
    assert "We solved it again." in text_of(staff.open("/staff/students/ada"))
    page = reader.open(HERE)
    assert "We solved it again." in page
    assert "by tia" not in text_of(page)
    assert "<textarea" in page
    assert "for (a) of Logistic Regression: Ancestry : answered" in text_of(reader.open("/grades"))


def test_an_explanation_is_asked_about_at_its_own_address(school: School) -> None:
    reader, here = Reader.of(school, "ada"), "/requests/pset7/ancestry"
    assert f'href="{here}"' not in reader.open("/grades")
    assert "handed in nothing here" in reader.open(here)
    assert school.explain("pset7/ancestry", "I counted.").status_code == 201
    assert f'href="{here}"' in reader.open("/grades")
    assert send(reader, here, "reason", reason="Please read it again.") == 303
    page = Reader.of(school, "ina").open(QUEUE)
    assert 'href="/staff/marking/pset7/ancestry/' in page


@pytest.mark.parametrize(
    ("reason", "words"),
    [("", "Say what should be looked at again"), (" \n", "(0 now)"), ("x" * 2001, "(2,001 now)")],
)
def test_a_reason_that_is_not_taken_stays_in_the_box(
    school: School, reason: str, words: str
) -> None:
    school.submit(A, "0.5")
    reader = Reader.of(school, "ada")
    form = Form.on(reader.open(HERE), "reason")
    reply = reader.client.post(HERE, data=form.fields | {"reason": reason})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert words in text_of(page)
    assert Form.on(page, "reason").fields["reason"].strip() == reason.strip()
    assert school.rows()["regrade_requests"] == 0


def test_what_is_typed_stays_even_when_nothing_is_taken_any_more(school: School) -> None:
    reader = Reader.of(school, "ada")
    school.submit(A, "0.5")
    form = Form.on(reader.open(HERE), "reason")
    row = {"person_id": school.ids["ada"], "assignment": "pset7", "reason": "x"}
    row |= {"about": "pset7/calibration/a", "created_at": datetime.now(UTC)}
    with transaction(school.engine) as session:
        session.execute(insert(RegradeRequest), [row | {"number": each} for each in (1, 2, 3)])
    reply = reader.client.post(HERE, data=form.fields | {"reason": "Long words"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "You have used all of your requests" in text_of(page)
    assert Form.on(page, "reason").fields["reason"].strip() == "Long words"
    assert "Send the request" not in page


@pytest.mark.parametrize("answered", [False, True])
def test_what_is_typed_in_a_second_tab_stays_too(school: School, answered: object) -> None:
    reader = Reader.of(school, "ada")
    school.submit(A, "0.5")
    form = Form.on(reader.open(HERE), "reason")
    assert reader.client.post(HERE, data=form.fields | {"reason": "First"}).status_code == 303
    if answered:
        send(Reader.of(school, "tia"), QUEUE, "words", decision="kept", words="We agree.")
        row = {"person_id": school.ids["ada"], "assignment": "pset7", "reason": "x"}
        row |= {"about": "pset7/calibration/a", "created_at": datetime.now(UTC)}
        with transaction(school.engine) as session:
            session.execute(insert(RegradeRequest), [row | {"number": each} for each in (2, 3)])
    reply = reader.client.post(HERE, data=form.fields | {"reason": "Second words"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert ("used all of your" if answered else "asked for this already") in text_of(page)
    assert Form.on(page, "reason").fields["reason"].strip() == "Second words"
    assert school.rows()["regrade_requests"] == (3 if answered else 1)


def _away(*_: object, **__: object) -> None:
    raise OperationalError("SELECT 1", {}, ConnectionError("away"))


@pytest.mark.parametrize(
    ("who", "path", "field", "more"),
    [
        ("ada", HERE, "reason", {}),
        ("tia", QUEUE, "words", {"decision": "kept"}),
    ],
)
@pytest.mark.parametrize("fault", ["signed out", "form expired", "database away"])
def test_no_typed_text_is_lost_to_a_fault(  # noqa: PLR0917 - its tables.
    school: School,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    who: str,
    path: str,
    field: str,
    more: dict[str, str],
) -> None:
    if who == "ada":
        school.submit(A, "0.5")
    else:
        asked(school)
    reader = Reader.of(school, who)
    form = Form.on(reader.open(path), field)
    typed = form.fields | more | {field: "Long words"}
    client = reader.client
    with monkeypatch.context() as broken:
        if fault == "database away":
            broken.setattr(access, "looking", _away)
        elif fault == "signed out":
            client.delete_cookie("session")
        else:
            typed["csrf_token"] = "wrong"  # noqa: S105 - it is none.
        reply = client.post(str(form.action), data=typed)
    assert (
        reply.status_code == {"signed out": 401, "form expired": 400, "database away": 503}[fault]
    )
    again = Form.on(reply.get_data(as_text=True), field)
    assert again.fields[field].strip() == "Long words"
    if fault == "signed out":
        client = Reader.of(school, who).client
        again.fields["csrf_token"] = Form.on(Reader(client).open(path), field).fields["csrf_token"]
    assert client.post(str(form.action), data=again.fields).status_code == 303


@pytest.mark.parametrize(("path", "field"), [(HERE, "reason"), (QUEUE, "words")])
def test_a_page_that_one_person_left_open_sends_nothing_for_another(
    school: School, path: str, field: str
) -> None:
    asked(school, "bob")
    for who in ("tia", "ina"):
        school.submit(A, "0.5", who=who)
    left = Form.on(Reader.of(school, "tia").open(path), field)
    other = Reader.of(school, "ina")
    token = Form.on(other.open(path), field).fields["csrf_token"]
    data = left.fields | {field: "Mine", "decision": "kept", "csrf_token": token}
    reply = other.client.post(str(left.action), data=data)
    assert reply.status_code == 401
    assert not mentions(reply.get_data(as_text=True), "Mine")
    assert (school.rows()["regrade_requests"], school.rows()["request_replies"]) == (1, 0)


def test_sending_twice_is_one_request(school: School) -> None:
    reader = Reader.of(school, "ada")
    school.submit(A, "0.5")
    form = Form.on(reader.open(HERE), "reason")
    for _ in range(2):
        assert reader.client.post(HERE, data=form.fields | {"reason": "So."}).status_code == 303
    assert school.rows()["regrade_requests"] == 1


@pytest.mark.parametrize(
    "path", ["/requests/pset7/ancestry/z", "/requests/pset7/none", "/requests/none/ancestry/a"]
)
def test_what_does_not_exist_can_t_be_asked_about(school: School, path: str) -> None:
    Reader.of(school, "ada").open(path, status=404)


def test_before_the_assignment_opens_students_see_nothing_of_it(school: School) -> None:
    assert school.submit(A, "0.5").status_code == 201
    opens = datetime.now(UTC) + timedelta(days=1)
    change_policy(school, lambda one: replace(one, opens=opens))
    page = Reader.of(school, "ada").open(HERE, status=403)
    assert "opens on" in page
    assert "biggest" not in page
    assert "biggest" in Reader.of(school, "tia").open(HERE)


def test_a_student_sees_nobody_else_s_requests(school: School) -> None:
    asked(school, "bob", "Bob's own words")
    reader = Reader.of(school, "ada")
    for path in (HERE, "/grades"):
        page = reader.open(path)
        assert not mentions(page, "Bob")
        assert "not answered yet" not in page.lower()


def test_practice_takes_no_requests(school: School) -> None:
    school.submit("lecture_deep_learning/softmax/a1", "0.5")
    page = Reader.of(school, "ada").open("/requests/lecture_deep_learning/softmax/a1")
    assert "takes no regrade requests" in page
    assert "<textarea" not in page


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"decision": "kept", "words": " "}, 422, "Say what you found"),
        ({"decision": "perhaps", "words": "Hm"}, 422, "Choose whether the grade stays"),
        ({"words": "Hm"}, 422, "Choose whether the grade stays"),
        ({"decision": "kept", "words": "Hm", "seen": "x"}, 422, "form is incomplete"),
        ({"decision": "kept", "words": "Hm", "seen": "9" * 30}, 422, "form is incomplete"),
        ({"decision": "kept", "words": "Hm", "seen": "1"}, 409, "Somebody else has answered"),
    ],
)
def test_an_answer_that_is_not_taken_stays_in_its_box(
    school: School, typed: dict[str, str], status: int, words: str
) -> None:
    asked(school)
    staff = Reader.of(school, "tia")
    form = Form.on(staff.open(QUEUE), "words")
    form.fields.pop("decision", None)
    reply = staff.client.post(str(form.action), data=form.fields | typed)
    page = reply.get_data(as_text=True)
    assert reply.status_code == status
    assert words in text_of(page)
    assert Form.on(page, "words").fields["words"].strip() == typed["words"].strip()
    assert ('value="kept" required checked' in page) is (typed.get("decision") == "kept")
    assert school.rows()["request_replies"] == 0


@pytest.mark.parametrize("number", ["0", "999", "x", "-1", "９", "9" * 18, "9" * 40])
def test_a_request_that_is_not_there_can_t_be_answered(school: School, number: str) -> None:
    asked(school)
    staff = Reader.of(school, "tia")
    form = Form.on(staff.open(QUEUE), "words")
    data = form.fields | {"decision": "kept", "words": "Hm", "seen": "0"}
    assert staff.client.post(f"{QUEUE}/{number}", data=data).status_code == 404


def test_a_request_of_one_s_own_is_for_others_to_answer(school: School) -> None:
    own = asked(school, "tia")
    page = own.open(QUEUE)
    assert "This is your own request" in page
    assert "<textarea" not in page
    other = Form.on(Reader.of(school, "ina").open(QUEUE), "words")
    token = Form.on(own.open("/grades"), "csrf_token").fields["csrf_token"]
    data = other.fields | {"decision": "kept", "words": "Me.", "csrf_token": token}
    data["person"] = str(school.ids["tia"])
    assert own.client.post(str(other.action), data=data).status_code == 403
    assert school.rows()["request_replies"] == 0


def test_an_answer_may_be_given_again_and_the_newest_is_shown(school: School) -> None:
    reader = asked(school)
    staff = Reader.of(school, "tia")
    for decision, words in (("kept", "First."), ("changed", "Second.")):
        assert send(staff, QUEUE, "words", decision=decision, words=words) == 303
    page = text_of(reader.open(HERE))
    assert "The grade is changed." in page
    assert "Second." in page
    assert "First." not in page
    assert school.rows()["request_replies"] == 2
