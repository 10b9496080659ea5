"""Which views take files: every other request is kept small."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from grader.domain.errors import InvalidRequest

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_FILE = 2_000_000
LARGEST_UPLOAD = LARGEST_FILE + 64 * 1024
"""A file, and the fields beside it."""


def takes_file(view: View) -> View:
    """Let a view have a body of ``LARGEST_UPLOAD`` bytes, if who sends it may use the view."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def register(app: Flask) -> None:
    """Allow it, after it is known who asks and before anything reads the body."""

    @app.before_request
    def allow() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_file", False):
            request.max_content_length = LARGEST_UPLOAD
            request.max_form_memory_size = LARGEST_UPLOAD


def uploaded_file(field: str, *, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of the file that was chosen.

    Raises:
        InvalidRequest: none was, it is empty, or it is larger than ``largest``.
    """
    uploaded = request.files.get(field)
    raw = b""
    if uploaded:
        with uploaded.stream as stream:  # A long one lies in a temporary file.
            raw = stream.read(largest + 1)
    if not raw:
        raise InvalidRequest("Choose a file that is not empty.")
    if len(raw) > largest:
        raise InvalidRequest(
            f"This file is larger than {largest // 1000:,} kB, which is as much as is taken here."
        )
    return raw
