"""A student's page of API tokens: made with the least rights, shown once, ended by their owner alone."""

import re
from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from grader.db.session import reading, transaction
from grader.services.ledger.ledger import list_entries
from grader.services.people.token_list import MOST_LIVE
from tests.support.school import School
from tests.support.tokens import issue
from tests.web.pages import Form, Reader, text_of

TOKENS = "/tokens"
SECRET = re.compile(r"<code>(pg[a-z2-7]{8}_[a-z2-7]{56})</code>")


def make(reader: Reader, **typed: object) -> TestResponse:
    form = Form.on(reader.open(TOKENS), "lifetime")
    hidden = {name: form.fields[name] for name in ("csrf_token", "person")}
    given: dict[str, object] = {"name": "laptop", "scope": ["read", "submit"], "lifetime": "7d"}
    return reader.client.post(form.action or "", data=hidden | given | typed)


def shown(reply: TestResponse) -> str:
    found = SECRET.search(reply.get_data(as_text=True))
    assert found is not None
    return found[1]


def revoke(reader: Reader, prefix: str) -> int:
    token = Form.on(reader.open(TOKENS), "csrf_token").fields["csrf_token"]
    return reader.client.post(f"{TOKENS}/{prefix}/revoke", data={"csrf_token": token}).status_code


def status(school: School, token: str, path: str) -> int:
    reply = school.client().get(path, headers={"Authorization": f"Bearer {token}"})
    return reply.status_code


def test_a_student_makes_a_token_uses_it_and_ends_it(school: School) -> None:
    ada = Reader.of(school, "ada")
    assert "API tokens" in text_of(ada.open("/grades"))
    reply = make(ada)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (201, "no-store")
    token = shown(reply)
    assert status(school, token, "/api/v1/course") == 200
    page = ada.open(TOKENS)
    assert token.partition("_")[2] not in page
    assert "laptop" in text_of(page)
    assert "read, submit" in text_of(page)
    assert "last used" in text_of(page).casefold()
    prefix = token.partition("_")[0]
    assert revoke(ada, prefix) == 303
    assert status(school, token, "/api/v1/course") == 401
    assert prefix not in ada.open(TOKENS)
    assert prefix in ada.open(f"{TOKENS}?all=yes")
    with reading(school.engine) as session:
        acts = [(each.act, each.actor, each.login) for each in list_entries(session, limit=2)]
    assert acts == [("token revoked", "ada", "ada"), ("token issued", "ada", "ada")]


def test_the_least_is_ticked_and_no_right_of_staff_is_offered(school: School) -> None:
    for who, offered in (("ada", ["read", "submit"]), ("tia", ["read", "staff", "submit"])):
        page = Reader.of(school, who).open(TOKENS if who == "ada" else "/staff/tokens")
        boxes = re.findall(r'name="scope" value="(\w+)"( checked)?>', page)
        assert sorted(name for name, _ in boxes) == offered
        assert [name for name, ticked in boxes if ticked] == ["read"]


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ({"scope": ["staff"]}, 403, "A student's token can't have the scope 'staff'."),
        ({"scope": ["read", "staff"]}, 403, "can't have the scope 'staff'"),
        ({"scope": []}, 422, "a token needs one"),
        ({"name": ""}, 422, "A token's name is"),
        ({"lifetime": "9999d"}, 422, "at most 366d"),
        ({"person": "0"}, 401, "Somebody else has signed in"),
    ],
)
def test_what_is_refused_makes_nothing(
    school: School, typed: dict[str, object], code: int, words: str
) -> None:
    ada = Reader.of(school, "ada")
    before = school.rows()
    reply = make(ada, **typed)
    assert (reply.status_code, words in text_of(reply.get_data(as_text=True))) == (code, True)
    assert school.rows() == before


def test_a_token_of_somebody_else_is_not_there(school: School) -> None:
    ada = Reader.of(school, "ada")
    bobs = school.tokens["bob"].partition("_")[0]
    assert bobs not in ada.open(f"{TOKENS}?all=yes")
    assert (revoke(ada, bobs), revoke(ada, "pgaaaaaaaa")) == (404, 404)
    assert status(school, school.tokens["bob"], "/api/v1/course") == 200


def test_nobody_makes_tokens_without_end(school: School) -> None:
    with transaction(school.engine) as session:
        for number in range(MOST_LIVE - 2):
            issue(session, "ada", name=f"t{number}", now=datetime.now(UTC))
    ada = Reader.of(school, "ada")
    last = make(ada)
    assert last.status_code == 201
    reply = make(ada, name="one more")
    assert reply.status_code == 422
    assert "as many as one person makes: revoke one first" in reply.get_data(as_text=True)
    assert revoke(ada, shown(last).partition("_")[0]) == 303
    assert make(ada, name="one more").status_code == 201


def test_staff_find_theirs_among_the_pages_of_staff(school: School) -> None:
    reply = Reader.of(school, "tia").client.get(TOKENS)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/staff/tokens")
