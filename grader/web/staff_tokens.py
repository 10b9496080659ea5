"""API tokens for staff: one's own, and for instructors everybody's, which they may end."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import GraderError
from grader.domain.powers import Power, has_power
from grader.services.people.token_issuing import IssuedToken
from grader.services.people.token_list import list_tokens, revoke_token
from grader.web.access import check_sender, me, staff_only
from grader.web.own_tokens import form_values, issue_own, reply_of, shown_of
from grader.web.state import now, state

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
    outcome = issue_own()
    return reply_of(_page(outcome), outcome)


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


def _page(outcome: IssuedToken | GraderError | None = None) -> str:
    everybody = has_power(me().role, Power.TOKENS)
    with reading(state().engine) as session:
        found = list_tokens(session, login=None if everybody else me().login)
    moment = now()
    shown = shown_of(found, moment)
    return render_template(
        "staff/tokens.html",
        own=[each for each in shown if each.login == me().login],
        others=[each for each in shown if each.login != me().login],
        hidden=len(found) - len(shown),
        everybody=everybody,
        at=moment,
        **form_values(outcome),
    )
