"""The OpenAPI 3.1 document of the API, made by spectree from the views, and its page."""

from copy import deepcopy
from functools import cache
from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from spectree import Response as Replies
from spectree import SecurityScheme, SpecTree
from spectree.config import ModeEnum
from spectree.models import SecureType, SecuritySchemeData

from grader.web.access import anyone
from grader.web.api.refusal_schema import Problem

TITLE = "Pset Grader API"
DESCRIPTION = (
    "Submit answers and read your own results; staff read the gradebook. Send a token with each request as "
    "`Authorization: Bearer <token>`. Refusals are problem details (RFC 9457) with a stable `code`."
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


def replies(**models: Any) -> Replies:  # noqa: ANN401 - pydantic models by status, as spectree names them.
    """A view's own replies and the refusals that any view may give."""
    refusals = (401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
    return Replies(**{f"HTTP_{status}": Problem for status in refusals}, **models)


@routes.get("/openapi.json")
@anyone
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(openapi())


@routes.get("/")
@anyone
def page() -> str:
    """The document as a page to read."""
    return render_template("api.html", spec=openapi(), description=DESCRIPTION)


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document, built once: nobody may change it. Refusals have a media type of their own."""
    # A copy, since spectree hands out the one that it keeps, and threads may read that meanwhile.
    made: dict[str, Any] = deepcopy(spec.spec)
    for operations in made["paths"].values():
        for operation in operations.values():
            for status, reply in operation["responses"].items():
                content = reply.get("content", {})
                if int(status) >= 400 and "application/json" in content:  # noqa: PLR2004 - HTTP's own line.
                    content["application/problem+json"] = content.pop("application/json")
    return made
