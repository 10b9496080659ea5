"""API tokens: one's own, shown once when they are made; instructors see everybody's and may end them."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, InvalidRequest, NotAllowed
from grader.domain.lifetimes import parse_lifetime
from grader.domain.powers import Power, has_power
from grader.services.token_issuing import LONGEST_NAME, IssuedToken, issue_token
from grader.services.token_list import check_name_free, list_tokens, revoke_token
from grader.web.access import check_sender, me, staff_only
from grader.web.errors import status_of
from grader.web.state import now, state

LIFETIMES = {"1d": "a day", "7d": "a week", "30d": "30 days", "120d": "120 days", "365d": "a year"}
_USUAL = "30d"
SCOPES = {
    "read": "read what you see",
    "submit": "submit answers as you",
    "staff": "read the whole class",
}

pages = Blueprint("staff_tokens", __name__, url_prefix="/staff/tokens")


@pages.get("")
@staff_only
def page() -> str:
    """One's own tokens, and for instructors everybody's."""
    return _page()


@pages.post("")
@staff_only
def issue() -> Response:
    """Make a token for oneself. This reply alone shows it."""
    check_sender()
    try:
        with transaction(state().engine) as session:
            check_name_free(session, login=me().login, name=_name(), now=now())
            issued = issue_token(
                session,
                login=me().login,
                name=_name(),
                lifetime=parse_lifetime(request.form.get("lifetime", "")),
                scopes=request.form.getlist("scope"),
                actor=me().login,
                now=now(),
            )
    except (InvalidRequest, NotAllowed) as error:
        return make_response(_page(error=error), status_of(error))
    return make_response(_page(issued=issued), HTTPStatus.CREATED)


@pages.post("/<string:prefix>/revoke")
@staff_only
def revoke(prefix: str) -> Response:
    """End a token: one's own, or with the power for it anybody's."""
    check_sender()
    with transaction(state().engine) as session:
        revoke_token(
            session,
            prefix=prefix,
            actor=me().login,
            now=now(),
            person_id=None if has_power(me().role, Power.TOKENS) else me().person_id,
        )
    return redirect(url_for(".page", ended=prefix), HTTPStatus.SEE_OTHER)


def _name() -> str:
    return request.form.get("name", "")


def _page(*, issued: IssuedToken | None = None, error: GraderError | None = None) -> str:
    everybody = has_power(me().role, Power.TOKENS)
    with reading(state().engine) as session:
        found = list_tokens(session, login=None if everybody else me().login)
    moment, show_all = now(), bool(request.args.get("all"))
    shown = [each for each in reversed(found) if show_all or each.live(moment)]
    scopes = {name: words for name, words in SCOPES.items() if name in me().role.scopes}
    refused = error is not None
    return render_template(
        "staff/tokens.html",
        own=[each for each in shown if each.login == me().login],
        others=[each for each in shown if each.login != me().login],
        hidden=len(found) - len(shown),
        everybody=everybody,
        issued=issued,
        error=error,
        typed=_name() if refused else "",
        lifetimes=LIFETIMES,
        lifetime=request.form.get("lifetime", _USUAL) if refused else _USUAL,
        scopes=scopes,
        ticked=request.form.getlist("scope") if refused else [*scopes],
        longest=LONGEST_NAME,
        person=me().person_id,
        ended=request.args.get("ended", "")[:LONGEST_NAME],
        at=moment,
    )
