"""Two policies are compared rule by rule, in words that staff can read without the files."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from grader.domain.policy import Policy, policy_changes
from grader.domain.rule_changes import RuleChange, rule_changes
from tests.support.values import DUE, POLICY, UNLIMITED


@pytest.mark.parametrize(
    ("changes", "rule", "before", "after"),
    [
        ({"assignment": "other"}, "assignment", "set", "other"),
        (
            {"opens": DUE - timedelta(days=9)},
            "opens",
            "open from the start",
            "Monday 2 March 2026 at 22:59 PST",
        ),
        (
            {"due": DUE + timedelta(days=1)},
            "due",
            "Wednesday 11 March 2026 at 23:59 PDT",
            "Thursday 12 March 2026 at 23:59 PDT",
        ),
        ({"due": None}, "due", "Wednesday 11 March 2026 at 23:59 PDT", "never"),
        ({"closes": DUE}, "closes", "never", "Wednesday 11 March 2026 at 23:59 PDT"),
        ({"timezone": "UTC"}, "time zone", "America/Los_Angeles", "UTC"),
        ({"graded": False}, "counts", "yes", "no, it is practice"),
        (
            {"attempts": replace(UNLIMITED, limit=5, cooldown_first_seconds=0)},
            "attempts at a part",
            "as many as one likes; after 5 wrong ones a pause of 30 s, doubled up to 600 s",
            "5",
        ),
        ({"max_late_days": 0}, "late days that it takes", "2 at most", "0 at most"),
        ({"late_days": 5}, "late days for the term", "4", "5"),
        ({"hints_after_wrong": 1}, "hints", "never", "at once"),
        ({"grace_seconds": 90}, "grace after a deadline", "0 s", "90 s"),
        ({"penalty_percent": 25}, "each day too late costs", "100 %", "25 %"),
        ({"explanation_points": Decimal("2.50")}, "points of an explanation", "0", "2.5"),
        ({"points": {**POLICY.points, "set/sum/a": Decimal(4)}}, "points of set/sum/a", "5", "4"),
        (
            {"points": {**POLICY.points, "set/new/a": Decimal(1)}},
            "points of set/new/a",
            "no part of it",
            "1",
        ),
        (
            {"points": {"set/sum/a": Decimal(5), "set/sum/b": Decimal(3)}},
            "points of set/last/a",
            "2",
            "no part of it",
        ),
        (
            {"points": dict(reversed(list(POLICY.points.items())))},
            "order of the parts",
            "set/sum/a, set/sum/b, set/last/a",
            "set/last/a, set/sum/b, set/sum/a",
        ),
    ],
)
def test_a_rule_that_differs_is_told_as_it_was_and_as_it_would_be(
    changes: dict[str, Any], rule: str, before: str, after: str
) -> None:
    part = rule.partition("points of ")[2]
    part = part if "/" in part else ""
    changed = [RuleChange(rule, before, after, part)]
    assert rule_changes(POLICY, replace(POLICY, **changes)) == changed


def test_policies_that_say_the_same_differ_in_no_rule() -> None:
    assert rule_changes(POLICY, replace(POLICY)) == []


def test_every_field_of_a_policy_can_be_told() -> None:
    other = Policy(
        assignment="other",
        opens=DUE,
        due=None,
        closes=DUE,
        timezone="UTC",
        graded=False,
        attempts=replace(UNLIMITED, limit=1),
        max_late_days=9,
        late_days=9,
        points={},
        hints_after_wrong=9,
        grace_seconds=9,
        penalty_percent=9,
        explanation_points=Decimal(9),
    )
    assert policy_changes(POLICY, other) == [field.name for field in fields(Policy)]
    assert len(rule_changes(POLICY, other)) == len(fields(Policy)) - 1 + len(POLICY.points)


def test_points_and_the_order_of_the_parts_are_told_apart() -> None:
    points = {"set/last/a": Decimal(2), "set/sum/a": Decimal(4), "set/sum/b": Decimal(3)}
    changes = rule_changes(POLICY, replace(POLICY, points=points))
    assert [each.rule for each in changes] == ["points of set/sum/a", "order of the parts"]
