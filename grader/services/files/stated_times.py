"""Reads the time that a file states for an answer: ISO 8601, with an offset or in the course's zone."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from grader.services.files.row_problems import RowError

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,6})?)?(?P<offset>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def read_time(text: str, *, zone: ZoneInfo, now: datetime) -> tuple[datetime, bool]:
    """The same of a time that has been.

    Raises:
        RowError: it is no such time, or lies before ``EARLIEST`` or in the future.
    """
    moment, local = read_moment(text, zone=zone)
    if moment > now:
        raise RowError(f"the time {text} lies in the future")
    return moment, local


def read_moment(text: str, *, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The moment in UTC, and whether it was read in the zone because it states no offset.

    Raises:
        RowError: it is no such time, or lies before ``EARLIEST``.
    """
    unreadable = RowError(f"the time {text[:40]!r} is not one such as 2026-03-11T23:59:00-07:00")
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise unreadable
    local = match["offset"] is None
    try:
        stated = datetime.fromisoformat(text)
        moment = (stated.replace(tzinfo=zone) if local else stated).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable from None
    if moment < EARLIEST:
        raise RowError(f"the time {text} lies before {EARLIEST.year}")
    return moment, local
