from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.deadlines import (
    check_open,
    check_opened,
    check_over,
    deadline,
    late_by,
    late_days_needed,
)
from grader.domain.errors import Closed, NotOpen, StillOpen
from grader.domain.extensions import extended
from grader.domain.policy import Policy
from tests.support.values import DUE, POLICY

MOMENT = timedelta(microseconds=1)
LOS_ANGELES = "America/Los_Angeles"
ZONES = [
    LOS_ANGELES, "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Kiritimati", "Africa/Casablanca",
]  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def policy_due(due: str, zone: str = LOS_ANGELES) -> Policy:
    return replace(POLICY, due=utc(due), timezone=zone)


def test_work_is_on_time_up_to_the_last_microsecond_and_late_from_the_due_time_on() -> None:
    assert late_days_needed(POLICY, DUE - MOMENT) == 0
    assert late_by(POLICY, DUE - MOMENT) is None
    assert late_days_needed(POLICY, DUE) == 1
    assert late_by(POLICY, DUE) == timedelta(0)
    assert late_by(POLICY, DUE + timedelta(hours=3)) == timedelta(hours=3)


def test_the_moment_counts_and_not_the_zone_in_which_it_is_told() -> None:
    in_tokyo = (DUE - MOMENT).astimezone(ZoneInfo("Asia/Tokyo"))
    assert late_days_needed(POLICY, in_tokyo) == 0
    assert late_days_needed(POLICY, in_tokyo + MOMENT) == 1


def test_without_a_due_time_nothing_is_ever_late() -> None:
    policy = replace(POLICY, due=None)
    assert deadline(policy) is None
    assert deadline(policy, 3) is None
    assert late_days_needed(policy, utc("9999-12-31")) == 0
    assert late_by(policy, utc("9999-12-31")) is None


@pytest.mark.parametrize(
    ("due", "zone", "deadlines"),
    [
        # An ordinary week: 23:59 stays 23:59.
        ("2026-03-12T06:59", LOS_ANGELES, ["2026-03-13T06:59", "2026-03-14T06:59"]),
        # The clocks go forward in the night to 8 March: that day has 23 hours.
        ("2026-03-08T07:59", LOS_ANGELES, ["2026-03-09T06:59", "2026-03-10T06:59"]),
        # They go back in the night to 1 November: that day has 25 hours.
        ("2026-11-01T06:59", LOS_ANGELES, ["2026-11-02T07:59", "2026-11-03T07:59"]),
        # Due at 02:30, which 8 March skips: read with the offset before the change, so 03:30.
        ("2026-03-07T10:30", LOS_ANGELES, ["2026-03-08T10:30", "2026-03-09T09:30"]),
        # Due at 01:30, which 1 November has twice: the first of them.
        ("2026-10-31T08:30", LOS_ANGELES, ["2026-11-01T08:30", "2026-11-02T09:30"]),
        # Due in the second 01:30 of 1 November itself.
        ("2026-11-01T09:30", LOS_ANGELES, ["2026-11-02T09:30", "2026-11-03T09:30"]),
        # Half an hour of change only.
        ("2026-04-04T12:59", "Australia/Lord_Howe", ["2026-04-05T13:29", "2026-04-06T13:29"]),
        # No change at all.
        ("2026-03-07T18:29", "Asia/Kolkata", ["2026-03-08T18:29", "2026-03-09T18:29"]),
        # Samoa left out 30 December 2011 as a whole: two late days end together.
        ("2011-12-30T09:59", "Pacific/Apia", ["2011-12-31T09:59", "2011-12-31T09:59"]),
    ],
)
def test_a_late_day_is_a_day_of_the_calendar(due: str, zone: str, deadlines: list[str]) -> None:
    policy = policy_due(due, zone)
    assert deadline(policy) == utc(due)
    assert [deadline(policy, days) for days in (1, 2)] == [utc(moment) for moment in deadlines]


@pytest.mark.parametrize(
    ("due", "hours"),
    [("2026-03-12T06:59", 24), ("2026-03-08T07:59", 23), ("2026-11-01T06:59", 25)],
    ids=["ordinary", "23 hours", "25 hours"],
)
def test_late_days_are_whole_days_begun_whatever_the_length_of_the_first(
    due: str, hours: int
) -> None:
    policy = policy_due(due)
    second_day = utc(due) + timedelta(hours=hours)
    third_day = second_day + timedelta(days=1)
    ends = [second_day - MOMENT, second_day, third_day - MOMENT, third_day]
    assert [late_days_needed(policy, at) for at in ends] == [1, 2, 2, 3]


def test_a_skipped_day_of_the_calendar_still_has_an_answer() -> None:
    policy = policy_due("2011-12-30T09:59", "Pacific/Apia")
    assert late_days_needed(policy, utc("2011-12-31T09:58")) == 1
    assert late_days_needed(policy, utc("2011-12-31T09:59")) == 3


@given(
    due=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    after=st.timedeltas(-timedelta(days=2), timedelta(days=40)),
)
def test_late_days_are_the_fewest_whose_deadline_is_still_ahead(
    due: datetime, zone: str, after: timedelta
) -> None:
    policy = replace(POLICY, due=due, timezone=zone)
    at = due + after
    days = late_days_needed(policy, at)
    deadlines = [deadline(policy, count) for count in range(days + 1)]
    assert [at < moment for moment in deadlines if moment] == [False] * days + [True]


@given(st.lists(st.timedeltas(-timedelta(days=2), timedelta(days=20)), min_size=2))
def test_later_work_never_needs_fewer_late_days(offsets: list[timedelta]) -> None:
    policy = policy_due("2026-11-01T06:59")
    needed = [late_days_needed(policy, utc("2026-11-01T06:59") + by) for by in sorted(offsets)]
    assert needed == sorted(needed)


OPENS, CLOSES = utc("2026-03-02T23:30"), utc("2026-11-01T09:30")


def test_an_assignment_takes_work_from_its_opening_until_just_before_it_closes() -> None:
    policy = replace(POLICY, opens=OPENS, closes=CLOSES)
    check_open(policy, OPENS)
    check_open(policy, CLOSES - MOMENT)
    with pytest.raises(NotOpen) as early:
        check_open(policy, OPENS - MOMENT)
    assert str(early.value) == "This assignment opens on Monday 2 March 2026 at 15:30 PST."
    with pytest.raises(Closed) as late:
        check_open(policy, CLOSES)
    assert str(late.value) == "This assignment closed on Sunday 1 November 2026 at 01:30 PST."


def test_a_problem_can_still_be_seen_once_its_assignment_is_closed() -> None:
    policy = replace(POLICY, opens=OPENS, closes=CLOSES)
    check_opened(policy, OPENS)
    check_opened(policy, CLOSES + timedelta(days=365))
    with pytest.raises(NotOpen):
        check_opened(policy, OPENS - MOMENT)


def test_without_dates_an_assignment_is_always_open() -> None:
    check_open(replace(POLICY, opens=None, closes=None), DUE + timedelta(days=10_000))


def test_lateness_does_not_close_an_assignment() -> None:
    check_open(POLICY, DUE + timedelta(days=30))


DAY = timedelta(days=1)
LAST = DUE + 2 * DAY


@pytest.mark.parametrize(
    ("changes", "more_time", "end"),
    [
        ({}, [], LAST),
        ({"max_late_days": 0}, [], DUE),
        # A budget for the term that is smaller does not shorten it: somebody may have been given more days.
        ({"late_days": 0}, [], LAST),
        ({"closes": DUE + DAY}, [], DUE + DAY),
        ({"closes": DUE + 9 * DAY}, [], DUE + 9 * DAY),
        ({"due": None, "closes": DUE}, [], DUE),
        ({"due": None, "closes": DUE, "graded": False}, [], DUE),
        ({"graded": False}, [], LAST),
        ({"penalty_percent": 50}, [], LAST + DAY),
        ({"penalty_percent": 34}, [], LAST + 2 * DAY),
        ({"grace_seconds": 600}, [], LAST + timedelta(minutes=10)),
        ({}, [DUE + DAY], LAST + DAY),
        ({}, [DUE + 5 * DAY, DUE + 3 * DAY], LAST + 5 * DAY),
        ({"closes": DUE + DAY}, [DUE + 5 * DAY], DUE + 5 * DAY),
    ],
)
def test_solutions_wait_until_no_work_can_count_or_be_handed_in(
    changes: dict[str, Any], more_time: list[datetime], end: datetime
) -> None:
    policy = replace(POLICY, **changes)
    own = [extended(policy, until) for until in more_time]
    check_over(policy, end, extended=own)
    with pytest.raises(StillOpen, match="Work can still count or be handed in until"):
        check_over(policy, end - MOMENT, extended=own)


def test_the_refusal_says_in_the_course_s_zone_until_when() -> None:
    with pytest.raises(StillOpen, match="until Friday 13 March 2026 at 23:59 PDT"):
        check_over(POLICY, DUE)


def test_solutions_of_graded_work_without_an_end_are_never_shown() -> None:
    with pytest.raises(StillOpen, match="no due date"):
        check_over(replace(POLICY, due=None), utc("9999-01-01"))


def test_solutions_of_endless_practice_can_be_shown_once_it_is_open() -> None:
    policy = replace(POLICY, due=None, graded=False, opens=DUE)
    check_over(policy, DUE)
    with pytest.raises(NotOpen):
        check_over(policy, DUE - MOMENT)
