"""The queue of regrade requests: staff read what students ask, and answer."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, InvalidRequest, NotAllowed, NotFound
from grader.domain.powers import Power
from grader.domain.requests import LONGEST, Decision
from grader.services.requests.requesting import answer
from grader.services.requests.standing import list_requests
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import row_number
from grader.web.errors import status_of
from grader.web.forms import whole_number
from grader.web.state import now, state

ANSWERED_SHOWN = 50

pages = Blueprint("staff_requests", __name__, url_prefix="/staff/requests")


@pages.get("")
@staff_only
def page() -> str:
    """What waits, the oldest first, and what was answered lately."""
    return _shown()


@pages.post("/<string:number>")
@staff_who(Power.ANSWER)
def reply(number: str) -> Response:
    """Answer a request."""
    request_id = row_number(number)
    if request_id is None:
        raise NotFound("There is no such regrade request.")
    check_sender()
    typed = request.form.get("words", "")
    try:
        with transaction(state().engine) as session:
            answer(
                session,
                request_id=request_id,
                decision=_decision(),
                words=typed,
                actor=me().login,
                person_id=me().person_id,
                seen=whole_number("seen"),
                now=now(),
            )
    except (InvalidRequest, NotAllowed, ChangedMeanwhile) as error:
        body = _shown(refused=request_id, typed=typed, error=error)
        return make_response(body, status_of(error))
    return redirect(url_for(".page", _anchor=f"request-{number}"), HTTPStatus.SEE_OTHER)


def _decision() -> Decision:
    try:
        return Decision(request.form.get("decision", ""))
    except ValueError:
        raise InvalidRequest("Choose whether the grade stays.") from None


def _shown(*, refused: int | None = None, typed: str = "", error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        waiting = list_requests(session, answered=False)
        answered = list_requests(session, answered=True, limit=ANSWERED_SHOWN)
    return render_template(
        "staff/requests.html",
        waiting=waiting,
        answered=answered,
        refused=refused,
        typed=typed,
        chosen=request.form.get("decision"),
        error=error,
        longest=LONGEST,
        most=ANSWERED_SHOWN,
        own=me().person_id,
    )
