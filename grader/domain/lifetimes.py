"""How long a token lives, as an operator types it."""

import re
from datetime import timedelta

from grader.domain.errors import InvalidRequest

LONGEST_LIFETIME = timedelta(days=366)

_LIFETIME = re.compile(r"([0-9]{1,6})([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def parse_lifetime(text: str) -> timedelta:
    """Read a lifetime such as ``30d``, ``12h`` or ``90m``.

    Raises:
        InvalidRequest: it has another form, is nothing, or is longer than 366 days.
    """
    match = _LIFETIME.fullmatch(text.strip().lower())
    if match is None:
        raise InvalidRequest(
            "A lifetime is a whole number of days, hours or minutes, such as 30d, 12h or 90m; "
            f"{text[:40]!r} is not."
        )
    lifetime = int(match[1]) * _UNITS[match[2]]
    check_lifetime(lifetime)
    return lifetime


def check_lifetime(lifetime: timedelta) -> None:
    """Let a lifetime of more than nothing and at most ``LONGEST_LIFETIME`` pass.

    Raises:
        InvalidRequest: it is anything else.
    """
    if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
        raise InvalidRequest("A token lives for more than nothing and at most 366d.")
