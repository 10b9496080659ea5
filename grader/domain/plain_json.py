"""Reads JSON that anybody may have written: total, and so that equal texts mean equal things."""

import json
from typing import Any, NoReturn

from grader.domain.errors import InvalidRequest
from grader.domain.receipts import canonical_json

_LONGEST_NUMBER = 19


def read_plain_json(raw: bytes, *, largest: int) -> Any:  # noqa: ANN401 - any JSON document.
    """The JSON document in these bytes, which has whole numbers and no name twice in an object.

    Raises:
        InvalidRequest: saying why there is none.
    """
    if len(raw) > largest:
        raise InvalidRequest(f"This is too long: at most {largest // 1024} KiB are read.")
    try:
        document = json.loads(
            raw.decode("utf-8-sig"),
            parse_float=_no_fraction,
            parse_int=_whole,
            parse_constant=_no_fraction,
            object_pairs_hook=_no_repeats,
        )
        canonical_json(document)  # Nothing in it may be such that it could not be hashed.
    except RecursionError:
        raise InvalidRequest("This is nested too deeply.") from None
    except UnicodeError:
        raise InvalidRequest("This is no text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(
            f"This is no JSON: {error.msg}, in line {error.lineno}, column {error.colno}."
        ) from None
    return document


def _no_fraction(text: str) -> NoReturn:
    raise InvalidRequest(f"The number {text[:40]} is no whole one; none other stands there.")


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise InvalidRequest("A number is too long.")
    return int(text)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise InvalidRequest("A name stands twice in an object.")
    return document
