"""Static text travels compressed: the first page is small on a slow line.

Pages are left as they are: compressed together with what somebody else chose, a secret in a page can be
guessed from its length.
"""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

_ENDPOINTS = {"static", "grammar.document"}
_TYPES = {"text/css", "text/javascript", "application/json", "image/svg+xml"}


def register(app: Flask) -> None:
    """Compress static text for browsers that take it so."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if request.endpoint not in _ENDPOINTS or response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:  # noqa: PLR2004 - a whole file.
        return response
    response.direct_passthrough = False
    response.set_data(_squeezed(response.get_data()))
    response.content_encoding = "gzip"
    if response.get_etag()[0]:
        # Not the same bytes as without compression, but the same text.
        response.set_etag(str(response.get_etag()[0]), weak=True)
    return response


@lru_cache(maxsize=64)
def _squeezed(text: bytes) -> bytes:
    # Without a time, so that the same text gives the same bytes.
    return gzip.compress(text, mtime=0)
