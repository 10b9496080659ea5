from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.deadlines import Ruling, Timing, late_seconds, rule, turns
from grader.domain.extensions import extended
from tests.support.values import DUE, POLICY

MOMENT, MINUTE, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
ON_TIME, IN_GRACE, LATE, BEYOND, TOO_LATE, CLOSED = Timing

TABLE: list[tuple[dict[str, Any], timedelta, int, Ruling]] = [
    # Up to the last microsecond on time, and from the due time on late.
    ({}, -MOMENT, 2, Ruling(ON_TIME, 0, 100)),
    ({}, 0 * DAY, 2, Ruling(LATE, 1, 100)),
    ({}, DAY - MOMENT, 2, Ruling(LATE, 1, 100)),
    ({}, DAY, 2, Ruling(LATE, 2, 100)),
    ({}, 2 * DAY - MOMENT, 2, Ruling(LATE, 2, 100)),
    ({}, 2 * DAY, 2, Ruling(TOO_LATE, 3, 0)),
    ({}, 0 * DAY, 0, Ruling(TOO_LATE, 1, 0)),
    # In the grace of the due time, and of each late day.
    ({"grace_seconds": 600}, -MOMENT, 1, Ruling(ON_TIME, 0, 100)),
    ({"grace_seconds": 600}, 0 * DAY, 1, Ruling(IN_GRACE, 0, 100)),
    ({"grace_seconds": 600}, 10 * MINUTE - MOMENT, 1, Ruling(IN_GRACE, 0, 100)),
    ({"grace_seconds": 600}, 10 * MINUTE, 1, Ruling(LATE, 1, 100)),
    ({"grace_seconds": 600}, DAY + 10 * MINUTE - MOMENT, 1, Ruling(LATE, 1, 100)),
    ({"grace_seconds": 600}, DAY + 10 * MINUTE, 1, Ruling(TOO_LATE, 2, 0)),
    # Beyond the late days, points by the day, until none are left.
    ({"penalty_percent": 40}, DAY, 1, Ruling(BEYOND, 2, 60)),
    ({"penalty_percent": 40}, 3 * DAY - MOMENT, 1, Ruling(BEYOND, 3, 20)),
    ({"penalty_percent": 40}, 3 * DAY, 1, Ruling(TOO_LATE, 4, 0)),
    ({"penalty_percent": 50}, 2 * DAY, 1, Ruling(TOO_LATE, 3, 0)),
    ({"penalty_percent": 10}, 0 * DAY, 0, Ruling(BEYOND, 1, 90)),
    # The close goes before all of it.
    ({"closes": DUE + DAY}, DAY - MOMENT, 2, Ruling(LATE, 1, 100)),
    ({"closes": DUE + DAY}, DAY, 2, Ruling(CLOSED, 2, 0)),
    ({"closes": DUE, "grace_seconds": 600}, 0 * DAY, 2, Ruling(CLOSED, 0, 0)),
    ({"closes": DUE - DAY}, -MOMENT, 2, Ruling(CLOSED, 0, 0)),
    ({"due": None, "closes": DUE}, -MOMENT, 0, Ruling(ON_TIME, 0, 100)),
    ({"due": None, "closes": DUE}, 0 * DAY, 0, Ruling(CLOSED, 0, 0)),
    ({"due": None}, 900 * DAY, 0, Ruling(ON_TIME, 0, 100)),
]


@pytest.mark.parametrize(("changes", "after", "days", "expected"), TABLE)
def test_the_moment_and_the_late_days_decide(
    changes: dict[str, Any], after: timedelta, days: int, expected: Ruling
) -> None:
    assert rule(replace(POLICY, **changes), DUE + after, late_days=days) == expected


@pytest.mark.parametrize(("changes", "after", "days", "expected"), TABLE)
def test_an_extension_moves_every_ruling_with_it(
    changes: dict[str, Any], after: timedelta, days: int, expected: Ruling
) -> None:
    policy = replace(POLICY, **changes, timezone="UTC")
    if policy.closes is None and policy.due is not None:
        until = DUE + 4 * DAY
        assert rule(extended(policy, until), until + after, late_days=days) == expected


@pytest.mark.parametrize(
    ("due", "just_on_time", "late"),
    [
        # The night in which 02:00 to 02:59 are skipped: due at 01:59:59, the next second is 03:00.
        ("2026-03-08T09:59:59", "2026-03-08T09:59:58.999999", "2026-03-08T09:59:59"),
        # The night in which 01:00 to 01:59 come twice: due at 01:30 the first time, not the second.
        ("2026-11-01T08:30:00", "2026-11-01T08:29:59.999999", "2026-11-01T09:30:00"),
    ],
)
def test_when_the_clocks_change_the_instant_decides(due: str, just_on_time: str, late: str) -> None:
    moments = [
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (due, just_on_time, late)
    ]
    policy = replace(POLICY, due=moments[0])
    timings = [rule(policy, at, late_days=1).timing for at in moments[1:]]
    assert timings == [ON_TIME, LATE]


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        (-MOMENT, 0),
        (10 * MINUTE - MOMENT, 0),
        (10 * MINUTE, 600),
        (11 * MINUTE, 660),
    ],
)
def test_what_arrives_in_the_grace_is_stored_as_on_time(after: timedelta, seconds: int) -> None:
    assert late_seconds(replace(POLICY, grace_seconds=600), DUE + after) == seconds


@pytest.mark.parametrize(
    ("changes", "days", "expected"),
    [
        ({}, 2, [DUE, DUE + DAY, DUE + 2 * DAY]),
        ({}, 0, [DUE]),
        ({"grace_seconds": 60}, 1, [DUE, DUE + MINUTE, DUE + DAY + MINUTE]),
        ({"penalty_percent": 50}, 0, [DUE, DUE + DAY]),
        ({"closes": DUE + DAY}, 2, [DUE, DUE + DAY]),
        ({"closes": DUE}, 2, [DUE]),
        ({"due": None}, 2, []),
        ({"due": None, "closes": DUE}, 2, [DUE]),
    ],
)
def test_rulings_turn_at_these_instants(
    changes: dict[str, Any], days: int, expected: list[datetime]
) -> None:
    assert turns(replace(POLICY, **changes), late_days=days) == expected


@given(
    days=st.integers(0, 3),
    grace=st.sampled_from([0, 60, 86_400]),
    percent=st.sampled_from([10, 33, 50, 100]),
    closes=st.none() | st.timedeltas(-DAY, 9 * DAY),
    after=st.timedeltas(-3 * DAY, 20 * DAY),
)
def test_between_two_turns_the_timing_and_what_it_costs_stay_the_same(
    *, days: int, grace: int, percent: int, closes: timedelta | None, after: timedelta
) -> None:
    policy = replace(
        POLICY,
        grace_seconds=grace,
        penalty_percent=percent,
        closes=None if closes is None else DUE + closes,
    )
    at = DUE + after
    begun = [each for each in turns(policy, late_days=days) if each <= at]
    then = begun[-1] if begun else DUE - 30 * DAY
    found, before = (rule(policy, each, late_days=days) for each in (at, then))
    assert (found.timing, found.percent) == (before.timing, before.percent)
