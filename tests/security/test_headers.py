"""T23: every reply carries the security headers, whichever route and error; and what cookies are like."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from grader.web.access import signed_in
from grader.web.app import create_app
from grader.web.headers import ALWAYS, CSP, WITH_TLS
from tests.security.walking import Walker, addresses
from tests.support.databases import Databases
from tests.support.school import School, open_school

KEY = "0123456789abcdef0123456789abcdef"
SEED = "cGVvcGxlLXRlc3RzLW9mLXJlY2VpcHRzLTAxMjM0NTY"
KEPT = {"static", "grammar.document"}
"""What is anybody's, and may be kept by a cache."""
CHECKED = {"student.data_file", "practice.data_file"}
"""Files that a browser may keep and asks about each time."""


@pytest.fixture(scope="module")
def school(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    opened = open_school(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("headers") / "instance"
    )
    opened.submit("pset7/ancestry/a", "0.5")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def production(school: School) -> Iterator[FlaskClient]:
    """The same as it runs for real, behind TLS."""
    settings = school.settings.model_copy(
        update={
            "env": "production",
            "secret_key": SecretStr(KEY),
            "receipt_key": SecretStr(SEED),
            "base_url": "https://grader.example.edu",
        }
    )
    app = create_app(settings)
    yield app.test_client()
    app.extensions["grader"].engine.dispose()


def lacking(reply: TestResponse, endpoint: str = "", *, tls: bool = False) -> list[str]:
    """What a reply's headers lack."""
    wanted = dict((*ALWAYS, *WITH_TLS) if tls else ALWAYS)
    found = [name for name, value in wanted.items() if reply.headers.getlist(name) != [value]]
    cache = reply.headers.get("Cache-Control", "")
    if endpoint not in KEPT and cache != ("no-store" if endpoint not in CHECKED else cache):
        found.append(f"Cache-Control: {cache}")
    if endpoint in CHECKED and reply.status_code == HTTPStatus.OK and "private" not in cache:
        found.append(f"Cache-Control: {cache}")
    if "Server" in reply.headers or "X-Powered-By" in reply.headers:
        found.append("names its software")
    reply.close()
    return found


@pytest.mark.parametrize("who", [None, "ada", "ina"])
def test_every_route_s_reply_carries_them(school: School, who: str | None) -> None:
    walker, faults, statuses = Walker(school, who), {}, set()
    for seen in walker.everything():
        statuses.add(seen.reply.status_code)
        if found := lacking(seen.reply, seen.endpoint):
            faults[seen.path] = found
    for endpoint, path in addresses(school.app, method="POST"):
        if not path.startswith("/api/") and (found := lacking(walker.browser.post(path), endpoint)):
            faults[f"POST {path}"] = found
    assert faults == {}
    assert {200, 404} <= statuses


def errors(school: School, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, TestResponse]]:
    """A reply of every kind of error, to people and to programs."""
    client, ada = school.client(), school.browser("ada")
    token = school.bearer("ada")
    yield 400, ada.post("/pset7/ancestry")
    yield 401, client.get("/api/v1/course")
    yield 401, client.post("/pset7/ancestry/explanation", headers={"Accept": "application/json"})
    yield 403, client.get("/api/v1/assignments/pset7/gradebook", headers=token)
    yield 404, client.get("/none/at/all/here")
    yield 404, client.get("/api/v1/none", headers=token)
    yield 405, client.delete("/signin")
    yield 405, client.delete("/api/v1/course", headers=token)
    large = {"part": "pset7/ancestry/a", "answer": "1" * 70_000}
    yield 413, client.post("/api/v1/submissions", json=large, headers=token)
    yield 411, client.post("/signin", headers={"Transfer-Encoding": "chunked"})
    yield 415, client.post("/api/v1/submissions", data="x", headers=token)
    yield 422, client.post("/api/v1/submissions", json=[], headers=token)
    with monkeypatch.context() as patched:
        patched.setitem(school.app.view_functions, "student.home", _breaks(ZeroDivisionError()))
        yield 500, ada.get("/")
    with monkeypatch.context() as patched:
        away = OperationalError("SELECT 1", {}, ConnectionError("lost"))
        patched.setitem(school.app.view_functions, "student.home", _breaks(away))
        yield 503, ada.get("/")


def _breaks(error: Exception) -> object:
    @signed_in
    def view() -> None:
        raise error

    return view


def test_every_kind_of_error_carries_them(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    for status, reply in errors(school, monkeypatch):
        assert reply.status_code == status, (status, reply.status)
        assert lacking(reply) == [], status


def test_the_content_policy_allows_our_own_files_alone() -> None:
    policy = dict(each.split(" ", 1) for each in CSP.split("; "))
    assert "unsafe" not in CSP
    assert "*" not in CSP
    assert (policy["default-src"], policy["base-uri"]) == ("'none'", "'none'")
    assert (policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'self'")
    assert policy["script-src"] == "'self'"


def test_in_production_each_cookie_is_bound_to_the_host_and_to_tls(
    production: FlaskClient, school: School
) -> None:
    address = {"base_url": "https://grader.example.edu"}
    reply = production.get("/signin", **address)
    assert lacking(reply, tls=True) == []
    link = school.browser("ada").get_cookie("session")
    assert link is not None
    cookies = reply.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(attributes)
        assert {"SameSite=Lax", "SameSite=Strict"} & set(attributes)
        assert not any(each.startswith("Domain") for each in attributes)


def test_errors_in_production_carry_them_too(production: FlaskClient) -> None:
    for path, endpoint in (
        ("/none/at/all/here", ""),
        ("/api/v1/none", ""),
        ("/static/x", "static"),
    ):
        reply = production.get(path, base_url="https://grader.example.edu")
        assert (reply.status_code, lacking(reply, endpoint, tls=True)) == (404, [])
    wrong_host = production.get("/signin", base_url="https://evil.example")
    assert wrong_host.status_code == 400
    assert lacking(wrong_host, tls=True) == []


@pytest.mark.parametrize("name", [name for name, _ in ALWAYS])
def test_a_header_that_is_missing_is_found(school: School, name: str) -> None:
    reply = school.client().get("/signin")
    assert lacking(reply) == []
    del reply.headers[name]
    assert lacking(reply) == [name]
    reply.headers.add(name, "other")
    assert lacking(reply) == [name]
