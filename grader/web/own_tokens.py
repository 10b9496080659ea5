"""One's own API tokens, as students and staff make them: the form, and what comes of it."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import make_response, request
from werkzeug.wrappers import Response

from grader.db.session import transaction
from grader.domain.errors import GraderError, InvalidRequest, NotAllowed
from grader.domain.lifetimes import parse_lifetime
from grader.services.people.token_issuing import LONGEST_NAME, IssuedToken, issue_token
from grader.services.people.token_list import TokenInfo, check_another
from grader.web.access import check_sender, me
from grader.web.errors import status_of
from grader.web.state import now, state

LIFETIMES = {"1d": "a day", "7d": "a week", "30d": "30 days", "120d": "120 days", "365d": "a year"}
_USUAL = "30d"
SCOPES = {
    "read": "read what you see",
    "submit": "submit answers as you",
    "staff": "read the whole class",
}
_LEAST = ["read"]


def issue_own() -> IssuedToken | GraderError:
    """Make the token that the form asks for, or say why there is none. The reply to this alone shows it."""
    check_sender()
    try:
        with transaction(state().engine) as session:
            check_another(session, login=me().login, name=_name(), now=now())
            return issue_token(
                session,
                login=me().login,
                name=_name(),
                lifetime=parse_lifetime(request.form.get("lifetime", "")),
                scopes=request.form.getlist("scope"),
                actor=me().login,
                now=now(),
            )
    except (InvalidRequest, NotAllowed) as error:
        return error


def reply_of(page: str, outcome: IssuedToken | GraderError) -> Response:
    """The page under the status of what came of the form."""
    if isinstance(outcome, GraderError):
        return make_response(page, status_of(outcome))
    return make_response(page, HTTPStatus.CREATED)


def shown_of(found: list[TokenInfo], moment: datetime) -> list[TokenInfo]:
    """The newest first; those that ended only where the address asks for them."""
    show_all = bool(request.args.get("all"))
    return [each for each in reversed(found) if show_all or each.live(moment)]


def form_values(outcome: IssuedToken | GraderError | None) -> dict[str, Any]:
    """What the form holds: as it was sent if it was refused, else with the least ticked."""
    refused = outcome if isinstance(outcome, GraderError) else None
    return {
        "issued": outcome if isinstance(outcome, IssuedToken) else None,
        "error": refused,
        "typed": _name() if refused else "",
        "lifetimes": LIFETIMES,
        "lifetime": request.form.get("lifetime", _USUAL) if refused else _USUAL,
        "scopes": {name: words for name, words in SCOPES.items() if name in me().role.scopes},
        "ticked": request.form.getlist("scope") if refused else _LEAST,
        "longest": LONGEST_NAME,
        "person": me().person_id,
        "ended": request.args.get("ended", "")[:LONGEST_NAME],
    }


def _name() -> str:
    return request.form.get("name", "")
