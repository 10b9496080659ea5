"""Bodies: numbers stay the text that was sent, oddities are named refusals, replies are JSON."""

import json
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from grader.domain.errors import InvalidRequest

M = TypeVar("M", bound=BaseModel)


def read_json(model: type[M]) -> M:
    """The request's JSON object as a model.

    Numbers are kept as the text that was sent (``0.1`` is not yet a float), so that one reader decides.

    Raises:
        InvalidRequest: naming the field and what is wrong with it.
        UnsupportedMediaType: the body is not declared as JSON.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        data = _READER.decode(request.get_data().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(
            f"The body is no JSON that we can read: {_first_line(error)}"
        ) from None
    if not isinstance(data, dict):
        raise InvalidRequest("The body has to be a JSON object.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidRequest(_in_words(error)) from None


def read_query(model: type[M]) -> M:
    """The request's query parameters as a model.

    Raises:
        InvalidRequest: naming the parameter and what is wrong with it.
    """
    data: dict[str, Any] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidRequest(f"{name}: stands there {len(values)} times.")
        data[name] = values[0]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidRequest(_in_words(error)) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return data


_READER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_no_repeats
)


def _first_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).splitlines()[0][:200]


def _in_words(error: ValidationError) -> str:
    reasons = []
    for one in error.errors(include_url=False, include_input=False, include_context=False)[:5]:
        field = ".".join(str(piece) for piece in one["loc"])[:100]
        reasons.append(f"{field}: {one['msg']}")
    return "; ".join(reasons) + "."


def as_json(reply: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A reply document as the response."""
    return Response(f"{reply.model_dump_json()}\n", status, mimetype="application/json")
