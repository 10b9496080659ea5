from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from grader.domain.towards_deadline import MOST_SPANS, is_rush, spans
from tests.support.values import DUE, POLICY

ZONE = "America/Los_Angeles"
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("before", "rush"),
    [(3600, False), (3599, True), (0, True), (-3599, True), (-3600, False)],
)
def test_the_rush_is_the_hour_before_the_due_time_and_the_hour_after(
    before: int, *, rush: bool
) -> None:
    assert is_rush(POLICY, DUE - before * SECOND) is rush


def test_without_a_due_time_there_is_no_rush() -> None:
    assert not is_rush(replace(POLICY, due=None), DUE)


@pytest.mark.parametrize(
    ("length", "span"),
    [
        (timedelta(0), timedelta(minutes=5)),
        (timedelta(hours=3, minutes=54), timedelta(minutes=5)),
        (timedelta(hours=4), timedelta(minutes=15)),
        (timedelta(days=1), timedelta(hours=1)),
        (timedelta(days=9), timedelta(hours=6)),
        (timedelta(days=40), timedelta(days=1)),
        (timedelta(days=400), timedelta(days=7)),
    ],
)
def test_spans_hold_both_moments_and_are_as_short_as_there_is_room_for(
    length: timedelta, span: timedelta
) -> None:
    begins = datetime(2026, 5, 4, 17, 13, tzinfo=UTC)
    bounds = spans(begins, begins + length, ZONE)
    assert bounds[0] <= begins < bounds[1]
    assert bounds[-2] <= begins + length < bounds[-1]
    lengths = {end - begin for begin, end in pairwise(bounds)}
    assert span in lengths
    assert all(abs(each - span) in {timedelta(0), timedelta(hours=1)} for each in lengths)
    assert len(bounds) - 1 <= MOST_SPANS + 1 or span == timedelta(days=7)


def test_spans_begin_at_round_times_of_the_zone() -> None:
    bounds = spans(DUE - timedelta(days=9), DUE, ZONE)
    local = [bound.astimezone(tz=None) for bound in bounds]
    assert len(local) == len(bounds)
    assert bounds[0] == datetime(2026, 3, 3, 2, tzinfo=UTC)  # 18:00 of 2 March there.
    assert datetime(2026, 3, 11, 1, tzinfo=UTC) in bounds  # 18:00 in summer time.


def test_a_night_in_which_the_clocks_go_forward_has_no_empty_span() -> None:
    begins = datetime(2026, 3, 8, 8, tzinfo=UTC)  # Midnight; 2 am does not come.
    bounds = spans(begins, begins + timedelta(hours=5), ZONE)
    assert all(begin < end for begin, end in pairwise(bounds))
    autumn = spans(datetime(2026, 11, 1, 7, tzinfo=UTC), datetime(2026, 11, 2, 7, tzinfo=UTC), ZONE)
    assert max(end - begin for begin, end in pairwise(autumn)) == timedelta(hours=2)
