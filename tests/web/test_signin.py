"""Signing in by a one-time link: who gets one, what it does, and what the page never tells."""

import re
import smtplib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Self
from urllib.parse import urlsplit

import pytest
from flask import request
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from grader.db.models import BrowserSession, SigninLink
from grader.db.session import reading, transaction
from grader.web.app import create_app
from grader.web.signin import safe_path
from tests.support.school import School
from tests.web.pages import Form, text_of

TICK = timedelta(microseconds=1)
SENT = "If you are on the roster, a link is on its way."


def ask(client: FlaskClient, login: str, wanted: str = "/") -> TestResponse:
    """Ask for a link on the sign-in page."""
    page = client.get("/signin", query_string={"next": wanted}).get_data(as_text=True)
    fields = Form.on(page, "login").fields | {"login": login}
    return client.post("/signin", data=fields)


def link_from(printed: str) -> str:
    """The link that was printed on the console, without its host."""
    found = re.search(r"Sign in as \w+: (http\S+)", printed)
    assert found is not None
    parts = urlsplit(found[1])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def press(client: FlaskClient, link: str) -> TestResponse:
    """Open a link and press its button."""
    page = client.get(link).get_data(as_text=True)
    return client.post(link.partition("?")[0], data=Form.on(page, "next").fields)


def sessions(school: School) -> int:
    with reading(school.engine) as session:
        live = BrowserSession.revoked_at.is_(None)
        return session.execute(
            select(func.count()).select_from(BrowserSession).where(live)
        ).scalar_one()


def settings(school: School, **changes: object) -> None:
    state = school.app.extensions["grader"]
    school.app.extensions["grader"] = replace(
        state, settings=state.settings.model_copy(update=changes)
    )


@pytest.mark.parametrize("name", ["ada", " ADA ", "ada@example.edu"])
def test_a_link_leads_back_to_the_page_that_was_wanted(
    school: School, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    client = school.client()
    away = client.get("/pset7/ancestry?x=1")
    assert (away.status_code, away.headers["Location"]) == (
        303,
        "/signin?next=/pset7/ancestry?x%3D1",
    )
    assert SENT in text_of(ask(client, name, "/pset7/ancestry?x=1").get_data(as_text=True))
    link = link_from(capsys.readouterr().out)
    reply = press(client, link)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/pset7/ancestry?x=1")
    assert client.get("/pset7").status_code == 200
    assert client.get("/signin?next=/pset7").headers["Location"] == "/pset7"


@pytest.mark.parametrize(
    ("who", "wanted", "landing"),
    [
        ("ada", "/", "/"),
        ("tia", "/", "/staff/"),
        ("ina", "/", "/staff/"),
        ("tia", "/pset7/ancestry", "/pset7/ancestry"),
        ("tia", "https://evil.example", "/staff/"),
    ],
)
def test_staff_begin_among_their_own_pages_unless_they_were_on_their_way(  # noqa: PLR0917 - its table.
    school: School, capsys: pytest.CaptureFixture[str], who: str, wanted: str, landing: str
) -> None:
    client = school.client()
    ask(client, who, wanted)
    reply = press(client, link_from(capsys.readouterr().out))
    assert (reply.status_code, reply.headers["Location"]) == (303, landing)
    again = client.get("/signin", query_string={"next": wanted})
    assert (again.status_code, again.headers["Location"]) == (303, landing)


def test_a_link_works_for_the_half_hour_that_the_mail_and_the_page_speak_of(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = datetime.now(UTC)
    monkeypatch.setattr("grader.web.signin.now", lambda: asked)
    page = ask(school.client(), "ada").get_data(as_text=True)
    assert "half an hour" in page
    link = link_from(capsys.readouterr().out)
    for later, status in ((timedelta(minutes=30) - TICK, 200), (timedelta(minutes=30), 404)):
        monkeypatch.setattr("grader.web.signin.now", lambda later=later: asked + later)
        assert school.client().get(link).status_code == status


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, ("http://localhost/signin", "127.0.0.1")),
        (1, ("https://near.example/signin", "10.0.0.2")),
        (2, ("http://far.example/signin", "10.0.0.1")),
    ],
)
def test_only_as_many_proxies_are_believed_as_there_are(
    school: School, proxies: int, seen: tuple[str, str]
) -> None:
    app = create_app(school.settings.model_copy(update={"trusted_proxies": proxies}))
    told: list[tuple[str, str | None]] = []
    app.before_request(lambda: told.append((request.base_url, request.remote_addr)))
    app.test_client().get(
        "/signin",
        headers={
            "X-Forwarded-Proto": "https,http,https",
            "X-Forwarded-Host": "forged.example,far.example,near.example",
            "X-Forwarded-For": "6.6.6.6,10.0.0.1,10.0.0.2",
        },
    )
    app.extensions["grader"].engine.dispose()
    assert told == [seen]


@pytest.mark.parametrize(("fields", "status"), [(100, 400), (101, 413)])
def test_a_form_of_many_fields_is_refused_before_it_is_read(
    school: School, fields: int, status: int
) -> None:
    # Without the page's own token it is refused in any case; the question is why.
    data = {f"field{number}": "x" for number in range(fields)}
    reply = school.client().post("/signin", data=data, content_type="multipart/form-data")
    assert reply.status_code == status


def test_the_page_is_the_same_for_known_and_unknown_people(school: School) -> None:
    replies = [ask(school.client(), name) for name in ("ada", "nobody", "", "x\x00", "a" * 999)]
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.data for reply in replies}) == 1
    with reading(school.engine) as session:
        assert session.execute(select(func.count()).select_from(SigninLink)).scalar_one() == 1


def test_opening_a_link_uses_nothing_up_and_pressing_its_button_does(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    client = school.client()
    ask(client, "ada")
    link = link_from(capsys.readouterr().out)
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert "Hello, Ada" in text_of(page.get_data(as_text=True))
    assert sessions(school) == 0
    fields = Form.on(page.get_data(as_text=True), "next").fields
    assert client.post(link, data=fields).status_code == 303
    assert client.post(link, data=fields).status_code == 404
    dead = client.get(link)
    assert dead.status_code == 404
    assert "This link was used or is too old" in text_of(dead.get_data(as_text=True))
    assert sessions(school) == 1


def test_a_dead_link_leads_to_a_new_one_and_tells_not_why_it_is_dead(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    links = ["/signin/guessed"]
    for who in ("ada", "bob"):
        ask(school.client(), who)
        links.append(link_from(capsys.readouterr().out))
    used = links[1]
    client = school.client()
    client.post(used, data=Form.on(client.get(used).get_data(as_text=True), "next").fields)
    with transaction(school.engine) as session:
        link = session.query(SigninLink).where(SigninLink.consumed_at.is_(None)).one()
        link.expires_at = link.created_at
    replies = [school.client().get(each) for each in links]
    assert {reply.status_code for reply in replies} == {404}
    pages = [Form.on(reply.get_data(as_text=True), "login") for reply in replies]
    assert {form.action for form in pages} == {"/signin"}
    assert len({text_of(reply.get_data(as_text=True)) for reply in replies}) == 1
    assert "Not found" not in text_of(replies[0].get_data(as_text=True))
    page = text_of(client.get(used).get_data(as_text=True))
    assert "You are signed in already" in page


def test_a_link_s_button_needs_the_page_s_own_token(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(school.client(), "ada")
    link = link_from(capsys.readouterr().out)
    reply = school.client().post(link)
    assert reply.status_code == 400
    assert sessions(school) == 0


@pytest.mark.parametrize(
    ("env", "name"), [("development", "session"), ("production", "__Host-session")]
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    school: School, capsys: pytest.CaptureFixture[str], env: str, name: str
) -> None:
    client = school.client()
    ask(client, "ada")
    link = link_from(capsys.readouterr().out)
    page = client.get(link).get_data(as_text=True)
    settings(school, env=env)
    reply = client.post(link, data=Form.on(page, "next").fields)
    cookie = next(one for one in reply.headers.getlist("Set-Cookie") if one.startswith(f"{name}="))
    wanted = {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=1209600"}
    assert wanted <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is (env == "production")
    assert "Domain" not in cookie


def test_signing_out_ends_the_session_for_good(school: School) -> None:
    client = school.browser("ada")
    copied = client.get_cookie("session")
    assert copied is not None
    page = client.get("/pset7").get_data(as_text=True)
    token = Form.on(page, "csrf_token").fields["csrf_token"]
    reply = client.post("/signout", data={"csrf_token": token})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/signin")
    assert client.get_cookie("session") is None
    thief = school.client()
    thief.set_cookie("session", copied.value)
    assert thief.get("/pset7").status_code == 303
    assert school.client().post("/signout").status_code == 400


def test_signing_in_anew_ends_the_browser_s_earlier_session(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    client = school.browser("ada")
    ask(school.client(), "bob")
    press(client, link_from(capsys.readouterr().out))
    assert "Bob" in client.get("/pset7").get_data(as_text=True)
    assert sessions(school) == 1


@pytest.mark.parametrize(
    "path",
    [
        "",
        "pset7",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/ /evil.example",
        "/\u2028/evil",
        "/signin",
        "/signin/abc",
        "/signout",
        "/" + "a" * 500,
    ],
)
def test_a_link_never_leads_elsewhere(school: School, path: str) -> None:
    assert safe_path(path) == "/"
    reply = school.browser("ada").get("/signin", query_string={"next": path})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("path", ["/", "/pset7", "/pset7/ancestry?a=b#part-a", "/staff/é"])
def test_a_page_of_ours_is_kept(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_without_a_session_leads_to_signing_in(school: School, method: str) -> None:
    reply = school.client().open("/pset7", method=method)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/signin?next=/pset7")


def test_a_post_without_a_session_shows_the_way_to_sign_in(school: School) -> None:
    client = school.client()
    page = client.get("/signin").get_data(as_text=True)
    token = Form.on(page, "login").fields["csrf_token"]
    reply = client.post("/pset7/ancestry", data={"csrf_token": token})
    assert reply.status_code == 401
    assert 'href="/signin?next=/pset7/ancestry"' in reply.get_data(as_text=True)


@pytest.mark.parametrize("base", ["https://grader.example.edu", "https://grader.example.edu/"])
def test_links_lead_to_the_public_address(
    school: School, capsys: pytest.CaptureFixture[str], base: str
) -> None:
    settings(school, base_url=base)
    ask(school.client(), "ada")
    printed = capsys.readouterr().out
    assert re.search(r"Sign in as ada: https://grader\.example\.edu/signin/[\w-]{43}\n", printed)


class Post:
    """A mail server's stand-in: what it was told, in order."""

    def __init__(self, refuse: type[Exception] | None = None) -> None:
        self.told: list[object] = []
        self.refuse = refuse

    def __call__(self, host: str, port: int, **_: object) -> Self:
        self.told.append((host, port))
        return self

    def quit(self) -> None:
        self.told.append("bye")

    def close(self) -> None:
        """Nothing is open."""

    def starttls(self, **_: object) -> None:
        self.told.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.told.append((user, password))

    def send_message(self, message: EmailMessage) -> None:
        if self.refuse is not None:
            raise self.refuse("no")
        self.told.append(message)


class Now:
    """A thread that runs at once, so that a test sees what came of it."""

    def __init__(self, *, target: Callable[..., None], args: tuple[object, ...], name: str) -> None:
        assert name == "mail"
        self.target, self.args = target, args

    def start(self) -> None:
        self.target(*self.args)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", [("mail.example", 587)]),
        ("smtp://me:p%40ss@mail.example:25", [("mail.example", 25), "starttls", ("me", "p@ss")]),
        ("smtps://me:x@mail.example", [("mail.example", 465), ("me", "x")]),
    ],
)
def test_a_link_goes_by_mail_and_a_password_only_over_a_closed_line(
    school: School, monkeypatch: pytest.MonkeyPatch, url: str, expected: list[object]
) -> None:
    server = Post()
    kind = "SMTP_SSL" if url.startswith("smtps") else "SMTP"
    monkeypatch.setattr(smtplib, kind, server)
    monkeypatch.setattr(threading, "Thread", Now)
    settings(school, smtp_url=SecretStr(url), mail_from="staff@example.edu")
    assert SENT in text_of(ask(school.client(), "ada").get_data(as_text=True))
    assert server.told[:-2] == expected
    message = server.told[-2]
    assert isinstance(message, EmailMessage)
    assert (message["To"], message["From"]) == ("ada@example.edu", "staff@example.edu")
    link = re.search(r"http://\S+(/signin/\S+)", message.get_content())
    assert link is not None
    assert press(school.client(), link[1]).status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("trouble", [ConnectionRefusedError, smtplib.SMTPException])
def test_a_mail_that_can_t_be_sent_changes_nothing_on_the_page(
    school: School, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Post(trouble))
    monkeypatch.setattr(threading, "Thread", Now)
    settings(school, smtp_url=SecretStr("smtp://mail.example"))
    assert ask(school.client(), "ada").data == ask(school.client(), "nobody").data


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_somebody_without_an_address_gets_no_mail_and_the_same_page(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Post()
    monkeypatch.setattr(smtplib, "SMTP", server)
    monkeypatch.setattr(threading, "Thread", Now)
    settings(school, smtp_url=SecretStr("smtp://mail.example"))
    people = school.app.extensions["grader"].engine
    with people.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET email = '' WHERE login = 'ada'")
    assert SENT in text_of(ask(school.client(), "ada").get_data(as_text=True))
    assert server.told == []


@pytest.mark.parametrize(
    ("path", "words"), [("/none", "Not found"), ("/staff/tokens", "Not found")]
)
def test_an_error_is_told_in_words_alone(school: School, path: str, words: str) -> None:
    page = text_of(school.browser("ada").get(path).get_data(as_text=True))
    assert words in page
    for code in ("404", "not_found", "not found ·"):
        assert code not in re.sub(r"quote [0-9a-f]{16}", "", page)
