"""Time towards a deadline: in which spans work is counted, and when the rush is on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from grader.domain.policy import Policy

RUSH = timedelta(hours=1)
"""So long before the due time and after it staff watch what comes in."""
MOST_SPANS = 48
_DAY = timedelta(days=1)
_LENGTHS = [
    *(timedelta(minutes=minutes) for minutes in (5, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 7)),
]


def is_rush(policy: Policy, now: datetime) -> bool:
    """Whether the due time is less than an hour away, or passed less than an hour ago."""
    return policy.due is not None and abs(policy.due - now) < RUSH


def spans(begins: datetime, ends: datetime, timezone: str) -> tuple[datetime, ...]:
    """The bounds of spans of one length that hold both moments, at round times of the zone.

    At most about ``MOST_SPANS`` of five minutes to a week; of a longer time, more weeks. A night in which the
    clocks change makes a span shorter or longer.
    """
    length = next(
        (each for each in _LENGTHS if _number(begins, ends, each) < MOST_SPANS), _LENGTHS[-1]
    )
    return tuple(sorted(set(_bounds(begins, ends, length, ZoneInfo(timezone)))))


def _number(begins: datetime, ends: datetime, length: timedelta) -> int:
    return (ends - begins) // length + 1


def _bounds(
    begins: datetime, ends: datetime, length: timedelta, zone: ZoneInfo
) -> Iterator[datetime]:
    local = begins.astimezone(zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at = local - (local - midnight) % min(length, _DAY)
    while True:
        bound = at.replace(tzinfo=zone).astimezone(UTC)
        yield bound
        if bound > ends:
            return
        at += length
