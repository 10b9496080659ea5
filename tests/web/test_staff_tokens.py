"""The page of API tokens: made once, shown once, ended by their owner or an instructor."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from grader.db.models import ApiToken
from grader.db.session import reading, transaction
from grader.services.ledger.ledger import list_entries
from tests.support.school import School
from tests.support.statements import statements
from tests.support.tokens import issue
from tests.web.pages import Form, Reader, text_of

TOKENS = "/staff/tokens"


def make(reader: Reader, **typed: object) -> TestResponse:
    form = Form.on(reader.open(TOKENS), "lifetime")
    hidden = {name: form.fields[name] for name in ("csrf_token", "person")}
    given: dict[str, object] = {"name": "laptop", "scope": ["read", "staff"], "lifetime": "7d"}
    return reader.client.post(TOKENS, data=hidden | given | typed)


def revoke(reader: Reader, prefix: str) -> int:
    token = Form.on(reader.open(TOKENS), "csrf_token").fields["csrf_token"]
    return reader.client.post(f"{TOKENS}/{prefix}/revoke", data={"csrf_token": token}).status_code


def prefix_of(school: School, who: str) -> str:
    return school.tokens[who].partition("_")[0]


def works(school: School, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return school.client().get("/api/v1/course", headers=headers).status_code == 200


def shown(reply: TestResponse) -> str:
    found = re.search(r"<code>(pg[a-z2-7]{8}_[a-z2-7]{56})</code>", reply.get_data(as_text=True))
    assert found is not None
    return found[1]


def test_a_token_is_made_shown_once_and_works(school: School) -> None:
    tia = Reader.of(school, "tia")
    reply = make(tia)
    assert reply.status_code == 201
    assert reply.headers["Cache-Control"] == "no-store"
    token = shown(reply)
    assert works(school, token)
    page = tia.open(TOKENS)
    assert token.partition("_")[2] not in page
    assert "laptop" in page
    assert "read, staff" in page
    with reading(school.engine) as session:
        newest = list_entries(session, limit=1)[0]
    assert (newest.act, newest.actor, newest.login) == ("token issued", "tia", "tia")


def test_a_form_that_is_sent_twice_makes_one_token(school: School) -> None:
    tia = Reader.of(school, "tia")
    assert make(tia).status_code == 201
    again = make(tia, name=" laptop ")
    assert again.status_code == 422
    assert "You have a token called" in text_of(again.get_data(as_text=True))
    with transaction(school.engine) as session:
        session.execute(update(ApiToken).values(expires_at=datetime.now(UTC)))
    assert make(tia).status_code == 201


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "A token's name is"),
        ({"name": "x" * 81}, "A token's name is"),
        ({"name": "a\0b"}, "A token's name is"),
        ({"scope": []}, "a token needs one"),
        ({"scope": ["root"]}, "The scopes are"),
        ({"lifetime": "400d"}, "at most 366d"),
        ({"lifetime": "soon"}, "A lifetime is"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    school: School, typed: dict[str, object], words: str
) -> None:
    before = school.rows()["api_tokens"]
    reply = make(Reader.of(school, "tia"), **({"name": "my laptop"} | typed))
    page = reply.get_data(as_text=True)
    assert (reply.status_code, words in page.replace("&#39;", "'")) == (422, True)
    if "name" not in typed:
        assert 'value="my laptop"' in page
    assert school.rows()["api_tokens"] == before


def test_a_token_is_ended_by_its_owner(school: School) -> None:
    tia = Reader.of(school, "tia")
    token = shown(make(tia))
    assert revoke(tia, token.partition("_")[0]) == 303
    assert not works(school, token)
    assert token.partition("_")[0] not in tia.open(TOKENS)
    assert "revoked 0 s ago" in text_of(tia.open(f"{TOKENS}?all=yes"))
    assert "is revoked" in tia.open(f"{TOKENS}?ended=pgabcdefgh")


def test_an_instructor_sees_and_ends_everybody_s_a_ta_only_their_own(school: School) -> None:
    tia, ina = Reader.of(school, "tia"), Reader.of(school, "ina")
    theirs = prefix_of(school, "ada")
    assert theirs in ina.open(TOKENS)
    assert theirs not in tia.open(f"{TOKENS}?all=yes")
    assert (revoke(tia, theirs), revoke(tia, "pgaaaaaaaa")) == (404, 404)
    assert works(school, school.tokens["ada"])
    assert revoke(ina, theirs) == 303
    assert not works(school, school.tokens["ada"])
    with reading(school.engine) as session:
        newest = list_entries(session, limit=1)[0]
    assert (newest.act, newest.actor, newest.login) == ("token revoked", "ina", "ada")
    for who in ("bob", "tia"):
        assert revoke(ina, prefix_of(school, who)) == 303
    assert "Nobody else has a token that works." in ina.open(TOKENS)


def test_who_has_no_token_sees_the_form(school: School) -> None:
    tia = Reader.of(school, "tia")
    assert revoke(tia, prefix_of(school, "tia")) == 303
    page = tia.open(TOKENS)
    assert "You have no token." in page
    assert '<details class="card office-card" open>' in page


def test_expired_tokens_are_shown_when_asked_for(school: School) -> None:
    with transaction(school.engine) as session:
        expired = datetime.now(UTC) - timedelta(days=2)
        issue(session, "tia", name="old one", lifetime=timedelta(days=1), now=expired)
    tia = Reader.of(school, "tia")
    assert "old one" not in tia.open(TOKENS)
    assert "Show the 1 that ended" in text_of(tia.open(TOKENS))
    assert re.search("old one .* expired 1 d", text_of(tia.open(f"{TOKENS}?all=yes")))


def test_the_form_of_somebody_else_s_page_is_refused(school: School) -> None:
    assert make(Reader.of(school, "tia"), person=str(school.ids["ina"])).status_code == 401


def test_more_tokens_take_no_more_statements(school: School) -> None:
    engine, reader, counts = school.app.extensions["grader"].engine, Reader.of(school, "ina"), []
    for _ in range(2):
        with transaction(school.engine) as session:
            for _ in range(5):
                issue(session, "ada", now=datetime.now(UTC))
        with statements(engine) as sent:
            reader.open(TOKENS)
        counts.append(len(sent))
    assert counts[0] == counts[1]
