"""Before or after the deadline, and by how many late days. The only place that decides it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from grader.domain.errors import Closed, NotOpen, StillOpen
from grader.domain.policy import Policy


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
    """How many late days work that arrived at this instant needs: 0 if on time, whole days begun."""
    if policy.due is None or at < policy.due:
        return 0
    days = (at - policy.due) // timedelta(days=1)
    # A day of the zone may have 23 or 25 hours, so the count of 24-hour days is never too high for the
    # days begun, and one or two too low.
    while at >= _deadline(policy, days):
        days += 1
    return days


def late_by(policy: Policy, at: datetime) -> timedelta | None:
    """How long after the due time, or None if on time."""
    if policy.due is None or at < policy.due:
        return None
    return at - policy.due


def late_seconds(policy: Policy, at: datetime) -> int:
    """The lateness in whole seconds; never 0 for late work, since 0 says that it was on time."""
    late = late_by(policy, at)
    return 0 if late is None else max(int(late.total_seconds()), 1)


def check_open(policy: Policy, now: datetime) -> None:
    """Let work pass while the assignment takes it.

    Raises:
        NotOpen: it opens later.
        Closed: it closed already.
    """
    check_opened(policy, now)
    if policy.closes is not None and now >= policy.closes:
        raise Closed(f"This assignment closed on {_local(policy, policy.closes)}.")


def check_opened(policy: Policy, now: datetime) -> None:
    """Let problems be seen once the assignment is open.

    Raises:
        NotOpen: it opens later.
    """
    if policy.opens is not None and now < policy.opens:
        raise NotOpen(f"This assignment opens on {_local(policy, policy.opens)}.")


def check_over(policy: Policy, now: datetime, *, extended: Iterable[datetime] = ()) -> None:
    """Let solutions be shown once nobody's work can count or be handed in any more.

    That is from the close on, or where there is none, from the end of the latest late day. ``extended`` are
    the instants at which the students' extensions end. Practice that never ends counts for nothing, so its
    solutions can be shown as soon as it is open.

    Raises:
        NotOpen: nobody has seen the problems yet.
        StillOpen: work can count or be handed in until later; the message says when.
    """
    check_opened(policy, now)
    end = policy.closes or deadline(policy, policy.max_late_days)
    if end is None and policy.graded:
        raise StillOpen("This assignment has no due date, so work on it can always count.")
    if end is None:
        return
    end = max([end, *extended])
    if now < end:
        raise StillOpen(
            f"Work can still count or be handed in until {_local(policy, end)}. "
            "Solutions can be released from then on."
        )


def _deadline(policy: Policy, late_days: int) -> datetime:
    moment = deadline(policy, late_days)
    assert moment is not None  # noqa: S101 - callers have a due time; this tells the type checker.
    return moment


def _local(policy: Policy, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(policy.timezone))
    return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M} {local.tzname()}"
