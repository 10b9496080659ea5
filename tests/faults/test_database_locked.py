"""Where somebody else locks the database for longer than anybody waits, answers are put off and not lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from grader.db import engine as engines
from grader.db import session as sessions
from tests.support.locks import locked
from tests.support.people import at_once
from tests.support.school import School, open_school
from tests.support.statements import statements

PART, TYPED = "pset7/ancestry/a", " 0.123 "
AT_ONCE = 8
AT_THE_DATABASE = 3
"""The first in the queue, and who came so soon after it that a little patience was left."""


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr(sessions, "PATIENCE_SECONDS", 1)
    monkeypatch.setitem(engines.SQLITE_PRAGMAS, "busy_timeout", 1000)


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    opened = open_school(database_url, tmp_path / "instance")
    yield opened
    opened.close()


def said(reply: TestResponse) -> tuple[int, str | None]:
    return reply.status_code, reply.headers.get("Retry-After")


def test_answers_are_put_off_with_retry_after_and_pages_are_read(school: School) -> None:
    browser = school.browser("ada")
    page = browser.get("/pset7/ancestry")
    token = page.get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "answer.a": TYPED, "key.a": "k", "check": "a"}
    assert school.submit(PART, "0.5", who="bob", key="first").status_code == 201
    with locked(school.engine):
        assert said(school.submit(PART, "0.25", who="bob", key="second")) == (503, "5")
        refused = browser.post("/pset7/ancestry", data=form)
        assert said(refused) == (503, "5")
        assert f'value="{TYPED}"' in refused.get_data(as_text=True)
        assert browser.get("/pset7/ancestry").status_code == 200
        assert school.get("/submissions", who="bob").status_code == 200
    assert school.submit(PART, "0.25", who="bob", key="second").status_code == 201
    assert browser.post("/pset7/ancestry", data=form).status_code == 303
    assert school.stored() == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_has_waited_in_the_queue_does_not_wait_for_the_database_as_well(school: School) -> None:
    assert school.submit(PART, "0.5").status_code == 201  # Notes the token's use.
    with locked(school.engine), statements(school.app.extensions["grader"].engine) as sent:
        texts = iter(f"0.{number}1" for number in range(AT_ONCE))
        replies = at_once(AT_ONCE, lambda: said(school.submit(PART, next(texts))))
    assert replies == [(503, "5")] * AT_ONCE
    assert sent.count("PRAGMA busy_timeout = 0") >= AT_ONCE - AT_THE_DATABASE
    assert sent.count("PRAGMA busy_timeout = 1000") == sent.count("PRAGMA busy_timeout = 0")
    assert school.submit(PART, "0.25").status_code == 201
