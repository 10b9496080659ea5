"""Who may use a route. Every view says so, and the application refuses to start if one does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from math import ceil
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request

from grader.db.session import transaction
from grader.domain.errors import NotAllowed, NotFound, NotSignedIn, TooManyRequests
from grader.domain.powers import Power, check_power
from grader.domain.roles import Role
from grader.services.people.browser_sessions import session_principal
from grader.services.people.identity import Principal
from grader.services.people.token_principals import TokenPrincipal, token_principal, touch_token
from grader.web.state import looking, now, state

View = TypeVar("View", bound=Callable[..., Any])

API_PAGE = "/api/v1/"
_UNKNOWN = object()
"""Stands for who is signed in before anybody has asked; nobody may be."""
STUDENTS_AND_STAFF = frozenset(Role)
STAFF = frozenset({Role.TA, Role.INSTRUCTOR})

Finder = Callable[..., TokenPrincipal | None]


@dataclass(frozen=True, slots=True)
class Access:
    """The roles that may use a view (None: anyone), and for the API the scope that a token needs.

    ``find`` finds who acts by a token in place of ``token_principal``, and may look for more on the way.
    ``power`` is what the person's role has to be able to do beside seeing the page. ``metrics`` is for the
    program that holds the operator's token, and for no person.
    """

    roles: frozenset[Role] | None
    scope: str | None
    find: Finder | None = None
    power: Power | None = None
    metrics: bool = False


def anyone(view: View) -> View:
    """Let everybody in, signed in or not."""
    return _mark(view, Access(None, None))


def signed_in(view: View) -> View:
    """Let every active person of the roster in; the view shows them only what is theirs."""
    return _mark(view, Access(STUDENTS_AND_STAFF, None))


def staff_only(view: View) -> View:
    """Let teaching assistants and instructors in."""
    return _mark(view, Access(STAFF, None))


def staff_who(power: Power) -> Callable[[View], View]:
    """Let in those of the staff whose role has this power; for requests that change something."""
    return lambda view: _mark(view, Access(STAFF, None, power=power))


def token(
    scope: str,
    *,
    roles: frozenset[Role] = STUDENTS_AND_STAFF,
    find: Finder | None = None,
) -> Callable[[View], View]:
    """Let in who sends a bearer token with this scope; a browser's cookie does not count."""
    return lambda view: _mark(view, Access(roles, scope, find))


def for_metrics(view: View) -> View:
    """Let in who sends the token of ``GRADER_METRICS_TOKEN``; for others the page does not exist."""
    return _mark(view, Access(None, None, metrics=True))


def me() -> Principal:
    """Who is signed in.

    Raises:
        NotSignedIn: nobody is.
    """
    principal = visitor()
    if principal is None:
        raise NotSignedIn(_not_signed_in())
    return principal


def visitor() -> Principal | None:
    """Who is signed in by cookie or, in the API, by token; or None."""
    # Each look at the request costs a microsecond, and a submission comes here twice.
    found = g.get("principal", _UNKNOWN)
    if found is _UNKNOWN:
        found = g.principal = _by_token() if is_api() else _by_cookie()
    return cast("Principal | None", found)


def _not_signed_in() -> str:
    """What is missing, and what to do about it: a program has no page to sign in on."""
    if not is_api():
        return "Please sign in first."
    if not _bearer():
        return "No token was sent. Send one with each request, as the header: Authorization: Bearer <token>"
    return "This token is unknown, expired or revoked. Make another one on the page of your API tokens."


def check_sender() -> None:
    """Take a form from the person alone whose page it was: its field ``person`` names them.

    Raises:
        NotSignedIn: somebody else has signed in in this browser since.
    """
    own = str(me().person_id)
    if request.form.get("person", own) != own:
        raise NotSignedIn(
            "Somebody else has signed in in this browser since that page was opened. Nothing was stored."
        )


def is_api() -> bool:
    """Whether the request goes to the API; the page about it is for people."""
    return leads_to_api(request.path)


def leads_to_api(path: str) -> bool:
    """Whether a path is the API's."""
    return path.startswith("/api/") and path != API_PAGE


def session_cookie() -> str:
    """The name of the cookie; with TLS, one that no other host or plain page can set."""
    return "__Host-session" if state().settings.production else "session"


def guard(app: Flask) -> None:
    """Check every request against its view's access."""

    @app.before_request
    def check() -> None:
        wanted = _wanted()
        if wanted.metrics and not _has_metrics_token():
            raise NotFound("There is no such page.")
        if wanted.roles is None:
            return
        _check_pace()
        principal = me()
        if wanted.scope is not None and not principal.may(wanted.scope):
            raise NotAllowed(f"This token lacks the scope '{wanted.scope}'.")
        if principal.role not in wanted.roles:
            if is_api():
                raise NotAllowed("This is for course staff.")
            # A page for staff can't be told from one that does not exist.
            raise NotFound("There is no such page.")
        if wanted.power is not None:
            check_power(principal.role, wanted.power)


def access_table(app: Flask) -> Mapping[str, Access]:
    """The access of every endpoint.

    Raises:
        LookupError: a view does not say who may use it.
    """
    return {endpoint: _access_of(endpoint, view) for endpoint, view in app.view_functions.items()}


def _wanted() -> Access:
    endpoint = request.endpoint
    if endpoint is None:
        return Access(None, None)  # There is no such page; the error handler says so.
    return _access_of(endpoint, current_app.view_functions[endpoint])


def _access_of(endpoint: str, view: Callable[..., Any]) -> Access:
    if endpoint == "static":
        return Access(None, None)
    access: Access | None = getattr(view, "access", None)
    if access is None:
        raise LookupError(f"the view {endpoint} does not say who may use it")
    return access


def _mark(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _check_pace() -> None:
    """Hold up who asks too fast, before the database is asked who that is.

    What they send counts, and they alone can send it: nobody can use up another's requests.
    """
    pace, token_text = state().pace, _token()
    if pace is None or not token_text:
        return
    wait = pace.wait(sha256(token_text.encode("utf-8", "surrogatepass")).digest())
    if wait:
        raise TooManyRequests(
            "Your requests come faster than they can be taken. Please try again in a few seconds.",
            seconds=ceil(wait),
        )


def _token() -> str:
    """What says who asks: the bearer token of a program, or a browser's cookie; or nothing."""
    return _bearer() if is_api() else _cookie()


def _by_cookie() -> Principal | None:
    token_text = _cookie()
    if not token_text:
        return None
    return session_principal(looking(), token=token_text, now=now())


def _by_token() -> Principal | None:
    token_text = _bearer()
    if not token_text:
        return None
    moment = now()
    find = _wanted().find or token_principal
    found = find(looking(), token=token_text, now=moment)
    if found is not None and found.needs_touch:
        with transaction(state().engine) as session:
            touch_token(session, prefix=found.prefix, now=moment)
    return found


def _has_metrics_token() -> bool:
    stated = state().settings.metrics_token.get_secret_value()
    return bool(stated) and compare_digest(_bearer().encode(), stated.encode())


def _cookie() -> str:
    """The session that the browser sends, or an empty text."""
    return request.cookies.get(session_cookie(), "")


def _bearer() -> str:
    """The token that the request carries, or an empty text."""
    scheme, _, token_text = request.headers.get("Authorization", "").partition(" ")
    return token_text.strip() if scheme.lower() == "bearer" else ""
