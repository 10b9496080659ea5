from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from grader.domain.deadlines import late_days_needed
from grader.domain.extensions import extended
from tests.support.values import DUE, POLICY

MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("closes", "until", "expected"),
    [
        (None, DUE + DAY, (DUE + DAY, None)),
        (None, DUE + MOMENT, (DUE + MOMENT, None)),
        # It takes no time away.
        (None, DUE, (DUE, None)),
        (None, DUE - DAY, (DUE, None)),
        (DUE + DAY, DUE - DAY, (DUE, DUE + DAY)),
        # The close stays unless it would come before the new due time.
        (DUE + 3 * DAY, DUE + 2 * DAY, (DUE + 2 * DAY, DUE + 3 * DAY)),
        (DUE + 3 * DAY, DUE + 3 * DAY, (DUE + 3 * DAY, DUE + 3 * DAY)),
        (DUE + 3 * DAY, DUE + 3 * DAY + MOMENT, (DUE + 3 * DAY + MOMENT,) * 2),
        # Nobody has one, or it was withdrawn.
        (DUE + DAY, None, (DUE, DUE + DAY)),
    ],
)
def test_an_extension_moves_the_due_time_and_a_close_that_would_come_before_it(
    closes: datetime | None, until: datetime | None, expected: tuple[datetime, datetime | None]
) -> None:
    own = extended(replace(POLICY, closes=closes), until)
    assert (own.due, own.closes) == expected
    assert replace(own, due=DUE, closes=closes) == replace(POLICY, closes=closes)


def test_late_days_begin_at_the_end_of_the_extension() -> None:
    own = extended(POLICY, DUE + 2 * DAY)
    moments = [DUE + 2 * DAY - MOMENT, DUE + 2 * DAY, DUE + 3 * DAY - MOMENT, DUE + 3 * DAY]
    assert [late_days_needed(own, at) for at in moments] == [0, 1, 1, 2]


def test_what_has_no_due_time_has_none_with_an_extension_either() -> None:
    policy = replace(POLICY, due=None)
    assert extended(policy, DUE) == policy
