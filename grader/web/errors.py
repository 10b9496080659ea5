"""Refusals become replies: one table of statuses, problem details for programs, a page for people."""

from datetime import UTC
from http import HTTPStatus
from typing import Any

import structlog
from flask import (
    Flask,
    Response,
    json,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.globals import request_ctx
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from grader.db.collisions import ChangedMeanwhile
from grader.domain import errors
from grader.domain.errors import GraderError
from grader.web.access import is_api
from grader.web.headers import beginning
from grader.web.state import now

STATUS: dict[type[GraderError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnreadableAnswer: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.IdempotencyConflict: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.CrossSiteRequest: HTTPStatus.BAD_REQUEST,
    errors.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotOpen: HTTPStatus.FORBIDDEN,
    errors.Closed: HTTPStatus.FORBIDDEN,
    errors.AttemptsUsedUp: HTTPStatus.FORBIDDEN,
    errors.CoolingDown: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.StillOpen: HTTPStatus.CONFLICT,
    errors.CannotAsk: HTTPStatus.CONFLICT,
    errors.StalePlan: HTTPStatus.CONFLICT,
    errors.RegradeRunning: HTTPStatus.CONFLICT,
    errors.RegradeStopped: HTTPStatus.CONFLICT,
    errors.NothingToDo: HTTPStatus.CONFLICT,
    errors.MailFailed: HTTPStatus.BAD_GATEWAY,
    errors.NotDelivered: HTTPStatus.BAD_GATEWAY,
    errors.NoKey: HTTPStatus.CONFLICT,
    errors.NoPolicy: HTTPStatus.CONFLICT,
    errors.ImportRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ChangedMeanwhile: HTTPStatus.CONFLICT,
}

_RETRY_AFTER_SECONDS = 5
_READ_ONLY = "25006"
"""What PostgreSQL says where whoever runs it keeps writers out, as hosts do before a disk is full."""
_log = structlog.get_logger("grader.web")


def register(app: Flask) -> None:
    """Answer every refusal and every failure."""
    app.register_error_handler(GraderError, refuse)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(OSError, _file_failed)
    app.register_error_handler(Exception, _failure)


def status_of(error: GraderError) -> HTTPStatus:
    """The status of a refusal; one that no web request should meet is a failure of ours."""
    return STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)


def refuse(error: GraderError) -> Response:
    """Reply to a refusal: a problem document to programs, a page to people."""
    reads = request.method in {"GET", "HEAD"}
    if isinstance(error, errors.NotSignedIn) and reads and not is_api():
        wanted = request.full_path.rstrip("?")
        address = url_for("signin.ask", next=None if wanted == "/" else wanted)
        return make_response(redirect(address, HTTPStatus.SEE_OTHER))
    reply = _reply(status_of(error), error.code, str(error), **_extra(error))
    if isinstance(error, errors.CoolingDown):
        reply.headers["Retry-After"] = retry_after(error)
    if isinstance(error, errors.TooManyRequests):
        reply.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, errors.NotSignedIn):
        reply.headers["WWW-Authenticate"] = 'Bearer realm="grader"'
    return reply


def retry_after(error: errors.CoolingDown) -> str:
    """The seconds until the next attempt is taken, rounded up, for the header."""
    return str(max(int(-(-(error.retry_at - now()).total_seconds() // 1)), 1))


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    text = _IN_WORDS.get(status, error.description or status.description)
    reply = _reply(status, status.name.lower(), text)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED and getattr(error, "valid_methods", None):
        reply.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return reply


_IN_WORDS = {
    HTTPStatus.NOT_FOUND: "There is no such page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that kind of request.",
    HTTPStatus.LENGTH_REQUIRED: "This request does not say how long it is: send it with a Content-Length.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This request is too large for what is asked here.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send JSON, with the content type application/json.",
}


def _file_failed(error: OSError) -> Response:
    """The file beside an SQLite database where its writers queue: without it, the database takes nothing."""
    if str(error.filename).endswith("-writers"):
        return _database_away(error)
    return _failure(error)


def _database_failed(error: DBAPIError) -> Response:
    read_only = getattr(error.orig, "sqlstate", None) == _READ_ONLY
    return _database_away(error) if read_only else _failure(error)


def _database_away(error: DBAPIError | OSError) -> Response:
    reason = error.orig if isinstance(error, DBAPIError) else error.strerror
    _log.error("database_away", id=_id(), reason=str(reason).partition("\n")[0])
    reply = _reply(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        # True whatever came before: an earlier field of the same form, or a commit whose answer was lost.
        "The database can't be reached at the moment. What was stored stays stored. Keep this page and "
        "try again in a few seconds: an answer that did arrive is not counted twice.",
    )
    reply.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return reply


def _failure(error: Exception) -> Response:
    _log.exception("failure", id=_id(), error=type(error).__name__)
    return _reply(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failure",
        "Something went wrong on our side. Nothing that was confirmed to you is lost; please try again.",
    )


def _id() -> str:
    """What the reply carries too, so that whoever quotes it leads to this line."""
    return beginning().request_id


def _extra(error: GraderError) -> dict[str, Any]:
    if isinstance(error, errors.UnreadableAnswer):
        return {"reason": error.reason}
    if isinstance(error, errors.CoolingDown):
        # As pydantic writes the moments of all other replies.
        return {"retry_at": error.retry_at.astimezone(UTC).isoformat().replace("+00:00", "Z")}
    return {}


def _document(status: HTTPStatus, code: str, detail: str, **extra: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "code": code,
        **extra,
    }


def _reply(status: HTTPStatus, code: str, detail: str, **extra: Any) -> Response:  # noqa: ANN401
    if is_api():
        body = json.dumps(_document(status, code, detail, **extra))
        return Response(body, status, content_type="application/problem+json")
    if request_ctx.url_adapter is None:
        # A Host that we do not serve: no address, and so no page, can be made for it.
        return Response(f"{detail}\n", status, content_type="text/plain; charset=utf-8")
    page = render_template(
        "error.html",
        status=status,
        detail=detail,
        request_id=_id(),
        path=request.full_path.rstrip("?"),
    )
    return make_response(page, status)
