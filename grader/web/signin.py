"""Signing in by a one-time link, and out."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from grader.db.session import reading, transaction
from grader.domain.errors import NotFound
from grader.services.people.browser_sessions import end_session, session_principal
from grader.services.people.identity import Principal
from grader.services.people.signin_links import consume_link, make_signin_link, peek_link
from grader.web.access import anyone, session_cookie, visitor
from grader.web.addresses import outer_address
from grader.web.mail import send_link
from grader.web.state import now, state

LINK_LIFETIME = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(days=14)
LONGEST_PATH = 500

pages = Blueprint("signin", __name__)


@pages.get("/signin")
@anyone
def ask() -> AnyResponse:
    """Ask for the login; whoever is signed in goes on."""
    if (person := visitor()) is not None:
        return redirect(_landing(person), HTTPStatus.SEE_OTHER)
    return make_response(render_template("signin/ask.html", next=_next()))


@pages.post("/signin")
@anyone
def send() -> str:
    """Send a link; the page is the same whoever asked."""
    login = request.form.get("login", "")
    with transaction(state().engine) as session:
        made = make_signin_link(
            session, login_or_email=login, now=now(), lifetime=LINK_LIFETIME, limited=True
        )
    if made is not None:
        person, token = made
        send_link(state().settings, state().course, person, address_of(token, wanted=_next()))
    return render_template("signin/sent.html", next=_next())


@pages.get("/signin/<string:token>")
@anyone
def confirm(token: str) -> str:
    """Show whom a link signs in. It stays unused until the button is pressed: mail scanners open links."""
    with reading(state().engine) as session:
        person = peek_link(session, token=token, now=now())
    return render_template("signin/confirm.html", person=person, next=_next())


@pages.post("/signin/<string:token>")
@anyone
def enter(token: str) -> AnyResponse:
    """Use the link up and open a session; one that was open in this browser ends."""
    with transaction(state().engine) as session:
        opened = consume_link(session, token=token, now=now(), lifetime=SESSION_LIFETIME)
        _end_open(session)
        person = session_principal(session, token=opened, now=now())
    reply = redirect(_landing(person), HTTPStatus.SEE_OTHER)
    _set_cookie(reply, opened, SESSION_LIFETIME)
    return reply


@pages.errorhandler(NotFound)
def dead(error: NotFound) -> AnyResponse:
    """A link that does not work, whatever the cause, and on the same page the way to a new one."""
    page = render_template("signin/dead.html", detail=error, next=_next())
    return make_response(page, HTTPStatus.NOT_FOUND)


@pages.post("/signout")
@anyone
def sign_out() -> AnyResponse:
    """End the session for good: a copy of the cookie is worth nothing afterwards."""
    with transaction(state().engine) as session:
        _end_open(session)
    reply = redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
    _set_cookie(reply, "", timedelta(0))
    return reply


def safe_path(text: str) -> str:
    """The path if it leads to a page of ours, else ``/``: a link must not send people elsewhere."""
    if not text.startswith("/") or text.startswith("//") or len(text) > LONGEST_PATH:
        return "/"
    # Browsers take a backslash for a slash and drop control characters, which would make it `//`.
    if "\\" in text or " " in text or not text.isprintable():
        return "/"
    path = urlsplit(text).path
    return "/" if path.startswith(("//", "/signin", "/signout")) else text


def address_of(token: str, *, wanted: str = "/") -> str:
    """The whole address of a link, which leads on to what was wanted."""
    return outer_address(
        url_for("signin.confirm", token=token, next=None if wanted == "/" else wanted)
    )


def _next() -> str:
    return safe_path(request.values.get("next", "/"))


def _landing(person: Principal | None) -> str:
    """Where somebody was on their way to; else the staff begin among the staff's pages."""
    wanted = _next()
    at_home = wanted == "/" and person is not None and person.role.is_staff
    return url_for("staff.home") if at_home else wanted


def _end_open(session: Session) -> None:
    if token := request.cookies.get(session_cookie()):
        end_session(session, token=token, now=now())


def _set_cookie(reply: AnyResponse, value: str, lifetime: timedelta) -> None:
    reply.set_cookie(
        session_cookie(),
        value,
        max_age=lifetime,
        path="/",
        secure=state().settings.production,
        httponly=True,
        samesite="Lax",
    )
