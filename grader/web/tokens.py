"""A student's own API tokens: listed, made, shown once, and ended by themselves."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import GraderError
from grader.services.people.token_issuing import IssuedToken
from grader.services.people.token_list import list_tokens, revoke_token
from grader.web.access import check_sender, me, signed_in
from grader.web.own_tokens import form_values, issue_own, reply_of, shown_of
from grader.web.state import now, state

pages = Blueprint("tokens", __name__, url_prefix="/tokens")


@pages.get("")
@signed_in
def page() -> str | Response:
    """One's own tokens; the staff's stand among the staff's pages."""
    if me().role.is_staff:
        return redirect(url_for("staff_tokens.page"), HTTPStatus.SEE_OTHER)
    return _page()


@pages.post("")
@signed_in
def issue() -> Response:
    """Make a token for oneself. This reply alone shows it."""
    outcome = issue_own()
    return reply_of(_page(outcome), outcome)


@pages.post("/<string:prefix>/revoke")
@signed_in
def revoke(prefix: str) -> Response:
    """End a token of one's own."""
    check_sender()
    with transaction(state().engine) as session:
        revoke_token(session, prefix=prefix, actor=me().login, now=now(), person_id=me().person_id)
    return redirect(url_for(".page", ended=prefix), HTTPStatus.SEE_OTHER)


def _page(outcome: IssuedToken | GraderError | None = None) -> str:
    with reading(state().engine) as session:
        found = list_tokens(session, login=me().login)
    moment = now()
    shown = shown_of(found, moment)
    return render_template(
        "tokens/own.html",
        own=shown,
        hidden=len(found) - len(shown),
        at=moment,
        **form_values(outcome),
    )
