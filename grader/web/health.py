"""Whether the service lives, and whether it can take work."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy.exc import DBAPIError

from grader.db.findings import not_durable_anywhere
from grader.db.migrating import current_revision, newest_revision
from grader.web.access import anyone
from grader.web.state import state

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@anyone
def healthz() -> Response:
    """The process answers. Touches nothing else, so that a slow database does not get us restarted."""
    return jsonify(status="ok")


@pages.get("/readyz")
@anyone
def readyz() -> Response:
    """The database answers, has the schema that this code needs, and keeps what it commits."""
    checks = {"database": "ok", "schema": "ok", "durability": "ok"}
    try:
        checks["schema"] = _schema()
        checks["durability"] = _durability()
    except DBAPIError:
        checks["database"] = "unreachable"
    ready = all(check == "ok" for check in checks.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return make_response(jsonify(status="ok" if ready else "not ready", checks=checks), status)


def _schema() -> str:
    return "ok" if current_revision(state().engine) == newest_revision() else "migration pending"


def _durability() -> str:
    return "commits are not durable" if not_durable_anywhere(state().engine) else "ok"
