"""Fields of forms that hold whole numbers of ours."""

import re

from flask import request

from grader.domain.errors import InvalidRequest


def whole_number(field: str) -> int:
    """The number that a hidden field of our own form holds.

    Raises:
        InvalidRequest: it holds none, so the form is not as we sent it.
    """
    text = request.form.get(field, "")
    if re.fullmatch("[0-9]{1,9}", text) is None:
        raise InvalidRequest("This form is incomplete. Reload the page and try again.")
    return int(text)
