"""Before or after the deadline, and by how many late days. The only place that decides it.

A policy with a student's extension applied (``grader.domain.extensions``) holds the dates that this student
has; every door, the fold of scores and the sentences of the pages ask ``rule`` about it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from grader.domain.errors import Closed, NotOpen, StillOpen
from grader.domain.policy import Policy

EVERYTHING = 100
"""Percent."""


class Timing(StrEnum):
    """When work arrived, as the rules see it."""

    ON_TIME = "on time"
    IN_GRACE = "in grace"
    LATE = "late"
    BEYOND = "beyond"
    TOO_LATE = "too late"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of work that arrived at an instant.

    ``late_days`` is how many it needs to count in full, ``percent`` what it counts of its points.
    """

    timing: Timing
    late_days: int
    percent: int


_ON_TIME = Ruling(Timing.ON_TIME, 0, EVERYTHING)


def rule(policy: Policy, at: datetime, *, late_days: int) -> Ruling:
    """Decide about work that arrived at this instant, when this many late days go to the assignment."""
    closed = policy.closes is not None and at >= policy.closes
    if late_by(policy, at) is None and not closed:
        return _ON_TIME
    needed = late_days_needed(policy, at)
    if closed:
        return Ruling(Timing.CLOSED, needed, 0)
    if not needed:
        return Ruling(Timing.IN_GRACE, 0, EVERYTHING)
    if needed <= late_days:
        return Ruling(Timing.LATE, needed, EVERYTHING)
    percent = max(EVERYTHING - (needed - late_days) * policy.penalty_percent, 0)
    return Ruling(Timing.BEYOND if percent else Timing.TOO_LATE, needed, percent)


def deadline(policy: Policy, late_days: int = 0) -> datetime | None:
    """The first instant that is late when this many late days are used, or None without a due time.

    A late day is a calendar day of the course's zone: work due at 23:59 has until 23:59 of the next
    day, whether or not the clocks change that night. A wall-clock time that the change skips or
    repeats is read as the zone database reads it at its first occurrence.
    """
    if policy.due is None:
        return None
    zone = ZoneInfo(policy.timezone)
    local = policy.due.astimezone(zone).replace(tzinfo=None) + timedelta(days=late_days)
    shifted = local.replace(tzinfo=zone).astimezone(policy.due.tzinfo)
    return shifted if late_days else policy.due


def late_days_needed(policy: Policy, at: datetime) -> int:
    """How many late days work that arrived at this instant needs: 0 if on time, whole days begun.

    The grace goes with each deadline, that of every late day included.
    """
    # Most work is in time, and a class's scores ask for thousands: nothing is worked out for it.
    if policy.due is None or at < policy.due:
        return 0
    at -= timedelta(seconds=policy.grace_seconds)
    if at < policy.due:
        return 0
    days = (at - policy.due) // timedelta(days=1)
    # A day of the zone may have 23 or 25 hours, so the count of 24-hour days is never too high for the
    # days begun, and one or two too low.
    while at >= _deadline(policy, days):
        days += 1
    return days


def late_by(policy: Policy, at: datetime) -> timedelta | None:
    """How long after the due time, in the grace too, or None before it."""
    if policy.due is None or at < policy.due:
        return None
    return at - policy.due


def late_seconds(policy: Policy, at: datetime) -> int:
    """The lateness in whole seconds; never 0 for late work, since 0 says that it counts as on time."""
    late = late_by(policy, at) if late_days_needed(policy, at) else None
    return 0 if late is None else max(int(late.total_seconds()), 1)


def turns(policy: Policy, *, late_days: int) -> list[datetime]:
    """The instants at which a ruling becomes another one, when this many late days may be used; in order."""
    grace = timedelta(seconds=policy.grace_seconds)
    moments = [] if policy.due is None else [policy.due]
    for days in range(late_days + _penalised_days(policy) + 1):
        end = deadline(policy, days)
        moments += [] if end is None else [end + grace]
    if policy.closes is not None:
        moments = [each for each in moments if each < policy.closes] + [policy.closes]
    return sorted(set(moments))


def check_open(policy: Policy, now: datetime) -> None:
    """Let work pass while the assignment takes it.

    Raises:
        NotOpen: it opens later.
        Closed: it closed already.
    """
    check_opened(policy, now)
    if policy.closes is not None and rule(policy, now, late_days=0).timing is Timing.CLOSED:
        raise Closed(f"This assignment closed on {local_time(policy, policy.closes)}.")


def check_opened(policy: Policy, now: datetime) -> None:
    """Let problems be seen once the assignment is open.

    Raises:
        NotOpen: it opens later.
    """
    if policy.opens is not None and now < policy.opens:
        raise NotOpen(f"This assignment opens on {local_time(policy, policy.opens)}.")


def check_over(policy: Policy, now: datetime, *, extended: Iterable[Policy] = ()) -> None:
    """Let solutions be shown once nobody's work can count or be handed in any more.

    That is from the close on, or where there is none, from the end of the latest late day, or of the day
    on which late work is worth nothing. ``extended`` are the policies as they hold for the students with
    an extension. Practice that never ends counts for nothing, so its solutions can be shown as soon as it
    is open.

    Raises:
        NotOpen: nobody has seen the problems yet.
        StillOpen: work can count or be handed in until later; the message says when.
    """
    check_opened(policy, now)
    end = end_of_work(policy)
    if end is None and policy.graded:
        raise StillOpen("This assignment has no due date, so work on it can always count.")
    if end is None:
        return
    end = max([end, *(each for each in map(end_of_work, extended) if each is not None)])
    if now < end:
        raise StillOpen(
            f"Work can still count or be handed in until {local_time(policy, end)}. "
            "Solutions can be released from then on."
        )


def end_of_work(policy: Policy) -> datetime | None:
    """From when on no work can count or be handed in; None if it always can."""
    last = deadline(policy, policy.max_late_days + _penalised_days(policy))
    counts = last and last + timedelta(seconds=policy.grace_seconds)
    return policy.closes or counts


def local_time(policy: Policy, moment: datetime) -> str:
    """A moment in the course's zone, in full."""
    local = moment.astimezone(ZoneInfo(policy.timezone))
    return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M} {local.tzname()}"


def _penalised_days(policy: Policy) -> int:
    """For how many days beyond the late days work still gives points."""
    return -(-EVERYTHING // policy.penalty_percent) - 1


def _deadline(policy: Policy, late_days: int) -> datetime:
    moment = deadline(policy, late_days)
    assert moment is not None  # noqa: S101 - callers have a due time; this tells the type checker.
    return moment
