"""The OpenAPI 3.1 document of the API, made by spectree from the views, and its page."""

import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, render_template
from markupsafe import Markup
from spectree import Response as Replies
from spectree import SecurityScheme, SpecTree
from spectree.config import ModeEnum
from spectree.models import SecureType, SecuritySchemeData

from grader.web.access import anyone
from grader.web.api.refusal_schema import Problem

View = TypeVar("View", bound=Callable[..., Any])

TITLE = "Pset Grader API"
DESCRIPTION = (
    "Submit answers, save explanations and read your own results and receipts; staff read the gradebook. "
    "Send a token with each request as `Authorization: Bearer <token>`. Refusals are problem details "
    "(RFC 9457) with a stable `code`."
)

spec = SpecTree(
    "flask",
    title=TITLE,
    description=DESCRIPTION,
    version="1",
    # The views validate by themselves (bodies.py): numbers have to stay the text that was sent.
    annotations=False,
    # The plain names: clients are made from them, and where our modules lie is no matter of theirs.
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _outer, name: name,
    page_templates={},
    mode=ModeEnum.strict,
    path="api/v1/openapi",
    filename="openapi.json",
    security_schemes=[
        SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
    security={"token": []},
)
routes = Blueprint("api_docs", __name__)

_ANY = (400, 401, 403, 405, 411, 429, 500, 503)
"""Refusals that come before a view, or from what failed under it."""
_OF_A_PATH = (404,)
_OF_A_QUERY = (422,)
_OF_A_BODY = (404, 409, 413, 415, 422)
"""A body is an answer or an explanation: what it is to may be unknown or unpublished."""

_ASSIGNMENT = "The assignment, such as `pset7`."
_IN_A_PATH = {
    "slug": _ASSIGNMENT,
    "assignment_slug": _ASSIGNMENT,
    "name": "The problem within its assignment, such as `ancestry`.",
    "submission_id": "The `id` of the submission.",
}
"""What the parts of an address mean."""


def replies(*refusals: int, **models: Any) -> Replies:  # noqa: ANN401 - pydantic models by status.
    """A view's own replies and refusals; those that its kind of request brings are added below."""
    return Replies(**{f"HTTP_{status}": Problem for status in (*_ANY, *refusals)}, **models)


def documented(**said: Any) -> Callable[[View], View]:  # noqa: ANN401 - as SpecTree.validate takes them.
    """Put a view into the OpenAPI document; a request calls the view itself.

    Spectree would wrap it, and work at each request although nothing is to be validated.
    """

    def keep(view: View) -> View:
        # Spectree follows a view's __wrapped__ to what was said of it. Its own points back at the view.
        said_of_it = spec.validate(skip_validation=True, **said)(view)
        del said_of_it.__wrapped__
        view.__wrapped__ = said_of_it  # type: ignore[attr-defined]
        return view

    return keep


@routes.get("/openapi.json")
@anyone
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(openapi())


@routes.get("/")
@anyone
def page() -> str:
    """The document as a page to read."""
    return render_template("api.html", spec=openapi(), description=DESCRIPTION, spans=code_spans)


def code_spans(text: str) -> Markup:
    """A description for people: what stands between backticks is code."""
    pieces = re.split(r"`+([^`]+)`+", text)
    return Markup().join(
        Markup("<code>{}</code>").format(each) if place % 2 else each
        for place, each in enumerate(pieces)
    )


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document, built once: nobody may change it."""
    # A copy, since spectree hands out the one that it keeps, and threads may read that meanwhile.
    made: dict[str, Any] = deepcopy(spec.spec)
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"] = _responses(operation)
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["description"] = _IN_A_PATH[parameter["name"]]
    return made


def _responses(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation's replies in order of status; refusals have a media type of their own."""
    found = dict(operation["responses"])
    del found["422"]  # Spectree adds it to every view; ours validate by themselves.
    kinds = {parameter["in"] for parameter in operation.get("parameters", [])}
    refusals = [int(status) for status in found if int(status) >= HTTPStatus.BAD_REQUEST]
    refusals += _OF_A_PATH if "path" in kinds else ()
    refusals += _OF_A_QUERY if "query" in kinds else ()
    refusals += _OF_A_BODY if "requestBody" in operation else ()
    schema = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    for status in refusals:
        content = {"application/problem+json": schema}
        found[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    return dict(sorted(found.items()))
