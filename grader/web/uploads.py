"""Files that staff upload. Only the routes named here read a longer body than others do."""

from flask import Blueprint, request

from grader.domain.errors import InvalidRequest

LARGEST_UPLOAD = 2 * 1024 * 1024
"""The longest body of a form with a file; what else the form carries counts too."""


def allow_uploads(pages: Blueprint, *views: str) -> None:
    """Let these views of a blueprint read up to ``LARGEST_UPLOAD``."""
    endpoints = {f"{pages.name}.{view}" for view in views}

    # This runs before anything reads the form.
    @pages.url_value_preprocessor
    def allow(endpoint: str | None, _values: dict[str, str] | None) -> None:
        if endpoint in endpoints:
            request.max_content_length = request.max_form_memory_size = LARGEST_UPLOAD


def uploaded_file(field: str, *, largest: int) -> bytes:
    """The bytes of an uploaded file.

    Raises:
        InvalidRequest: none was chosen, it is empty, or it is larger than ``largest``.
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
