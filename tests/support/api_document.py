"""Holds every reply of the API that a test sees to the API's own document."""

import re
from functools import cache
from http import HTTPStatus
from typing import Any

from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator
from werkzeug.test import TestResponse

from grader.web.api.docs import openapi
from tests.support.unrecorded import held_to_the_ledger
from tests.support.untold import check_untold

PREFIX = "/api/v1"
DESCRIBED_NOWHERE = {f"{PREFIX}/", f"{PREFIX}/openapi.json"}


class CheckedClient(FlaskClient):
    """A client that fails if the API replies with a status or a body that its document does not state.

    Nor may a request change what staff decide without an entry in the ledger, or a reply tell a student or
    anybody what is expected.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with held_to_the_ledger():
            reply = super().open(*args, **kwargs)
        check_untold(self.application, reply, args, kwargs)
        request = reply.request
        if request.path.startswith(PREFIX) and request.path not in DESCRIBED_NOWHERE:
            with self.application.app_context():
                check_reply(openapi(), request.method, request.path, reply)
        return reply


def check_reply(document: dict[str, Any], method: str, path: str, reply: TestResponse) -> None:
    """Fail if the reply is none that the document states for this request."""
    if method == "OPTIONS":
        return  # Werkzeug's own: which methods there are.
    stated = _stated(document, "GET" if method == "HEAD" else method, path)
    if stated is None:
        # No operation of the API: no address, or one that does not take this method.
        assert reply.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}, path
        stated = {str(reply.status_code): _refusal()}
    assert str(reply.status_code) in stated, f"{method} {path}: {reply.status} is not stated"
    ((media_type, content),) = stated[str(reply.status_code)]["content"].items()
    assert reply.content_type == media_type, f"{method} {path}: {reply.content_type}"
    if method != "HEAD":
        _validator(content["schema"]["$ref"]).validate(reply.get_json())


def _stated(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), path):
            operation = operations.get(method.lower())
            return operation["responses"] if operation else None
    return None


def _refusal() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"content": {"application/problem+json": {"schema": schema}}}


@cache
def _validator(reference: str) -> Draft202012Validator:
    components = openapi()["components"]["schemas"]
    # Clients should bear a new field, but the document has to know each one that we send.
    strict = {name: {**each, "additionalProperties": False} for name, each in components.items()}
    return Draft202012Validator(
        {"$ref": reference, "components": {"schemas": strict}}, validate_formats=True
    )
