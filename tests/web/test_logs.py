"""The log says what happened, and nothing that has to stay secret."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import abort
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from grader.db.session import transaction
from grader.web import logs
from grader.web.access import anyone
from tests.support.school import School, open_school

SECRET = "0.918273645"  # noqa: S105 - an answer.


@pytest.fixture
def school(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[School]:
    opened = open_school(database_url, tmp_path / "instance")
    logs.configure(production=True)
    capsys.readouterr()
    yield opened
    logs.configure(production=False)
    opened.close()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_each_request_is_one_line_of_json_with_an_id_that_the_reply_carries(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = school.get("/course")
    (line,) = lines(capsys)
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/course", 200)
    assert line["id"] == reply.headers["X-Request-Id"]


def test_no_answer_and_no_token_is_logged(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    school.submit("pset7/ancestry/a", SECRET, key="k1")
    school.client().get("/signin/abcdefghijklmnopqrstuvwxyz")
    logged = capsys.readouterr().err
    assert SECRET not in logged
    assert school.tokens["ada"] not in logged
    assert "abcdefghijklmnopqrstuvwxyz" not in logged


def test_a_failing_database_is_logged_without_what_was_typed(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction(school.engine) as session:
        session.execute(text("DROP TABLE grades"))
    reply = school.submit("pset7/ancestry/a", SECRET)
    assert reply.status_code in {500, 503}
    logged = capsys.readouterr().err
    assert "grades" in logged
    assert SECRET not in logged


def test_an_error_of_ours_is_logged_with_its_traceback_and_told_without(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @anyone
    def broken() -> str:
        number = SECRET
        raise RuntimeError("nobody expects this" if number else "")

    monkeypatch.setitem(school.app.view_functions, "health.healthz", broken)
    reply = school.client().get("/healthz")
    assert reply.status_code == 500
    assert b"nobody expects this" not in reply.data
    failure = next(line for line in lines(capsys) if line["event"] == "failure")
    assert "nobody expects this" in str(failure["exception"])
    assert SECRET not in str(failure)


def test_an_abort_is_told_in_its_own_words(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    @anyone
    def teapot() -> str:
        abort(418)

    monkeypatch.setitem(school.app.view_functions, "health.healthz", teapot)
    assert school.client().get("/healthz").status_code == 418


@anyone
def broken(**_: str) -> str:
    raise RuntimeError


@anyone
def away(**_: str) -> str:
    raise OperationalError("SELECT 1", {}, ConnectionError("away"))


@pytest.mark.parametrize(
    ("view", "status", "event"), [(broken, 500, "failure"), (away, 503, "database_away")]
)
@pytest.mark.parametrize("path", ["/signin", "/api/v1/openapi.json"])
def test_every_line_about_a_request_that_failed_has_the_id_that_its_reply_carries(  # noqa: PLR0917
    school: School,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    view: object,
    status: int,
    event: str,
) -> None:
    for name in ("signin.ask", "api_docs.document"):
        monkeypatch.setitem(school.app.view_functions, name, view)
    reply = school.client().get(path)
    assert reply.status_code == status
    logged = lines(capsys)
    assert {line["event"] for line in logged} == {"request", event}
    assert {line["id"] for line in logged} == {reply.headers["X-Request-Id"]}
    if path == "/signin":
        # People read it out to whoever runs the service.
        assert reply.headers["X-Request-Id"] in reply.text


def test_a_page_that_there_is_not_shows_the_id_too(school: School) -> None:
    reply = school.browser("ada").get("/nowhere/at/all")
    assert reply.status_code == 404
    assert reply.headers["X-Request-Id"] in reply.text
