"""Addresses: the numbers that come in them, and where they lead from outside."""

from flask import request

from grader.config import public_address
from grader.web.state import state

_MOST_DIGITS = 18


def row_number(text: str) -> int | None:
    """The number that a text names, if it can be that of a row."""
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    return int(text)


def outer_address(path: str) -> str:
    """A path of ours as a link in a mail."""
    base = public_address(state().settings) or request.url_root
    return base.rstrip("/") + path
