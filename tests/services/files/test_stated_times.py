from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grader.services.files.row_problems import RowError
from grader.services.files.stated_times import read_time

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "local"),
    [
        ("2026-03-09T20:15:00-07:00", "2026-03-10T03:15:00", False),
        ("2026-03-10T03:15:00Z", "2026-03-10T03:15:00", False),
        ("2026-03-10 03:15Z", "2026-03-10T03:15:00", False),
        ("2026-03-10T03:15:00.250000+00:00", "2026-03-10T03:15:00.250", False),
        ("2026-03-09T20:15:00-0700", "2026-03-10T03:15:00", False),
        ("2026-03-09T20:15", "2026-03-10T03:15:00", True),
        # Before the clocks went forward, in the night of 8 March.
        ("2026-03-07T20:15", "2026-03-08T04:15:00", True),
        # Twice in that night in November: the first time is meant.
        ("2025-11-02T01:30:00", "2025-11-02T08:30:00", True),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00", False),
    ],
)
def test_times_are_moments(text: str, moment: str, *, local: bool) -> None:
    found = datetime.fromisoformat(moment).replace(tzinfo=UTC), local
    assert read_time(text, zone=ZONE, now=NOW) == found


def test_now_is_not_in_the_future_but_a_moment_later_is() -> None:
    assert read_time(NOW.isoformat(), zone=ZONE, now=NOW) == (NOW, False)
    later = (NOW + timedelta(microseconds=1)).isoformat()
    with pytest.raises(RowError, match="lies in the future"):
        read_time(later, zone=ZONE, now=NOW)
