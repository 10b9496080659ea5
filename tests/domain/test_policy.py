from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from grader.domain.policy import Policy, policy_changes, policy_of
from tests.support.courses import COURSE
from tests.support.values import DUE, POLICY, UNLIMITED


def test_the_possible_points_are_the_exact_sum_over_all_parts() -> None:
    policy = replace(POLICY, points={"a": Decimal("0.1"), "b": Decimal("0.2"), "c": Decimal(5)})
    assert policy.possible == Decimal("5.3")
    assert replace(POLICY, points={}).possible == 0


def test_a_policy_copies_what_the_files_state() -> None:
    assert policy_of(COURSE, COURSE.assignments[0]) == Policy(
        assignment="set",
        opens=DUE - timedelta(days=9),
        due=DUE,
        closes=DUE + timedelta(days=5),
        timezone="America/Los_Angeles",
        graded=True,
        attempts=UNLIMITED,
        max_late_days=2,
        late_days=4,
        points={
            "set/sum/a": Decimal(5),
            "set/sum/b": Decimal(3),
            "set/last/a": Decimal(2),
            "set/last/b2": Decimal(0),
        },
        hints_after_wrong=2,
    )


def test_a_policy_keeps_its_points_in_the_order_of_the_parts() -> None:
    points = policy_of(COURSE, COURSE.assignments[0]).points
    assert list(points) == ["set/sum/a", "set/sum/b", "set/last/a", "set/last/b2"]


CHANGES: dict[str, Any] = {
    "assignment": "other",
    "opens": DUE,
    "due": None,
    "closes": DUE,
    "timezone": "UTC",
    "graded": False,
    "attempts": replace(UNLIMITED, limit=3),
    "max_late_days": 1,
    "late_days": 5,
    "points": {"set/sum/a": Decimal(6)},
    "hints_after_wrong": 1,
    "grace_seconds": 60,
    "penalty_percent": 10,
    "explanation_points": Decimal(5),
}


@pytest.mark.parametrize(
    ("after_wrong", "words"),
    [(None, "never"), (1, "at once"), (2, "from wrong attempt 2 on")],
)
def test_staff_are_told_in_words_when_hints_are_shown(after_wrong: int | None, words: str) -> None:
    assert replace(POLICY, hints_after_wrong=after_wrong).hints == words


def test_equal_policies_have_no_changes() -> None:
    assert policy_changes(POLICY, replace(POLICY, points=dict(POLICY.points))) == []


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_named(field: str) -> None:
    assert policy_changes(POLICY, replace(POLICY, **{field: CHANGES[field]})) == [field]


def test_every_field_of_a_policy_is_compared_in_the_order_of_the_class() -> None:
    assert policy_changes(POLICY, Policy(**CHANGES)) == list(CHANGES)


def test_parts_in_another_order_are_another_policy() -> None:
    turned = dict(reversed(list(POLICY.points.items())))
    assert policy_changes(POLICY, replace(POLICY, points=turned)) == ["points"]
