from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from grader.domain.policy import policy_of
from grader.domain.problem import RequestRules
from grader.domain.requests import Asked, asking_ends, objection
from tests.support.courses import COURSE, LATER, SET
from tests.support.values import DUE

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
RULES = RequestRules(days=7, limit=3)
CLOSES = DUE + 5 * DAY
POLICY = policy_of(COURSE, SET)
"""Closes five days after it is due."""
FIRST = Asked(made=0, handed_in=True, waiting=False)


def test_requests_end_some_days_after_work_can_no_longer_count() -> None:
    assert asking_ends(RULES, POLICY) == CLOSES + 7 * DAY
    without_close = policy_of(COURSE, LATER)  # Two late days go to it, and nothing later counts.
    assert without_close.due is not None
    assert asking_ends(RULES, without_close) == without_close.due + 2 * DAY + 7 * DAY
    assert asking_ends(RULES, replace(POLICY, due=None, closes=None)) is None


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        (DUE - 3 * DAY, True),
        (CLOSES, True),
        (CLOSES + 7 * DAY - TICK, True),
        (CLOSES + 7 * DAY, False),
        (CLOSES + 99 * DAY, False),
    ],
)
def test_a_request_is_taken_until_then_and_also_while_work_goes_on(
    now: datetime, taken: object
) -> None:
    said = objection(RULES, POLICY, FIRST, now)
    assert (said is None) is taken
    if said:
        assert said.startswith("Regrade requests for this assignment ended on ")


def test_where_work_never_ends_there_is_always_time_to_ask() -> None:
    assert objection(RULES, replace(POLICY, due=None, closes=None), FIRST, DUE + 999 * DAY) is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(2, handed_in=True, waiting=False), None),
        (
            Asked(3, handed_in=True, waiting=False),
            "used all of your requests for this assignment: 3",
        ),
        (Asked(4, handed_in=True, waiting=False), "used all of your requests"),
        (Asked(0, handed_in=False, waiting=False), "handed in nothing here"),
        (Asked(1, handed_in=True, waiting=True), "asked for this already"),
        (Asked(3, handed_in=True, waiting=True), "asked for this already"),
    ],
)
def test_what_stands_in_the_way_is_said(asked: Asked, words: str | None) -> None:
    said = objection(RULES, POLICY, asked, DUE)
    assert said is None if words is None else words in str(said)


def test_an_assignment_may_take_none() -> None:
    assert "takes no regrade requests" in str(objection(None, POLICY, FIRST, DUE))
