"""Telling students of a regrade or a rescore by mail: whom, the very text, and the button."""

from http import HTTPStatus
from threading import Thread

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.config import mail_server
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, MailFailed, NotFound
from grader.domain.mail_server import MailServer
from grader.domain.powers import Power
from grader.services.telling.mail import connected
from grader.services.telling.run_changes import Kind
from grader.services.telling.sending import Sending, send_letters
from grader.services.telling.telling import Telling, begin, telling
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import outer_address, row_number
from grader.web.errors import status_of
from grader.web.state import now, state

AT_ONCE = 3
"""So many letters are sent while the browser waits; it sees that it works, or why it does not."""

_log = structlog.get_logger("grader.web")

pages = Blueprint("staff_telling", __name__, url_prefix="/staff/told")


@pages.get("/<string:move>/<string:number>")
@staff_only
def page(move: str, number: str) -> str:
    """Whom a mail would go to, and its text; a script asks for the middle of it while letters are sent."""
    return _page(_kind(move), _number(number))


@pages.post("/<string:move>/<string:number>")
@staff_who(Power.REGRADE)
def send(move: str, number: str) -> Response:
    """Send what is left; pressed twice, nobody gets two letters."""
    check_sender()
    which, run_id = _kind(move), _number(number)
    try:
        _send(which, run_id)
    except GraderError as error:
        if isinstance(error, NotFound):
            raise
        return make_response(_page(which, run_id, error=error), status_of(error))
    return redirect(_run_address(which, run_id), HTTPStatus.SEE_OTHER)


def look_telling(session: Session, kind: Kind, run_id: int) -> dict[str, object]:
    """What ``staff/telling.html`` shows of a run.

    Raises:
        NotFound: there is no such run.
    """
    return {
        "found": _look(session, kind, run_id),
        "server": mail_server(state().settings),
        "address": url_for("staff_telling.page", move=kind.value, number=run_id),
    }


def _look(session: Session, kind: Kind, run_id: int) -> Telling:
    link = outer_address(url_for("grades.page"))
    return telling(session, course=state().course, kind=kind, run_id=run_id, link=link, now=now())


def _send(kind: Kind, run_id: int) -> None:
    with reading(state().engine) as session:
        found = _look(session, kind, run_id)
    server = mail_server(state().settings)
    if server is None:
        raise MailFailed("No mail server is set here.")
    with connected(server):
        """The server lets us in: only then it stands in the ledger that students are told."""
    everybody = request.form.get("who") == "all"
    with transaction(state().engine) as session:
        addressees = begin(session, found=found, everybody=everybody, actor=me().login, now=now())
    engine = state().engine
    first, rest = (
        Sending(found.run, some, me().login, lambda: transaction(engine), now)
        for some in (addressees[:AT_ONCE], addressees[AT_ONCE:])
    )
    send_letters(first, server=server)
    if rest.addressees:
        # Of this server process: if that ends, it breaks off, and pressing the button again goes on.
        Thread(
            target=_alone, args=(rest, server), name=f"telling {kind} {run_id}", daemon=True
        ).start()


def _alone(sending: Sending, server: MailServer) -> None:
    try:
        send_letters(sending, server=server)
    except MailFailed as error:
        _log.error("telling_broke_off", run=sending.run.run, error=str(error))
    except Exception as error:  # noqa: BLE001 - nobody waits for it; the page says how many are left.
        _log.exception("telling_broke_off", run=sending.run.run, error=type(error).__name__)


def _page(kind: Kind, run_id: int, *, error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        told = look_telling(session, kind, run_id)
    part = "staff/telling.html" if "HX-Request" in request.headers else "staff/told.html"
    return render_template(
        part, told=told, error=error, own=me().person_id, back=_run_address(kind, run_id)
    )


def _run_address(kind: Kind, run_id: int) -> str:
    return url_for(f"staff_{kind}s.run_page", number=run_id, _anchor="told")


def _kind(text: str) -> Kind:
    if text not in set(Kind):
        raise NotFound("There is no such run.")
    return Kind(text)


def _number(text: str) -> int:
    number = row_number(text)
    if number is None:
        raise NotFound("There is no such run.")
    return number
