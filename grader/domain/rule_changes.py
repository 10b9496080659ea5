"""What differs between two policies of an assignment, rule by rule, in words for staff."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from grader.domain.deadlines import local_time
from grader.domain.grammar import canonical
from grader.domain.policy import Policy, policy_changes


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule, as it is and as it would be; ``part`` is the slug of the one that it is about, if any."""

    rule: str
    before: str
    after: str
    part: str = ""


def rule_changes(old: Policy, new: Policy) -> list[RuleChange]:
    """Each rule that differs, in the order of the policy; of the points each part for itself."""
    changes: list[RuleChange] = []
    for field in policy_changes(old, new):
        if field == "points":
            changes += _points(old, new)
        else:
            name, told = _RULES[field]
            changes.append(RuleChange(name, told(old), told(new)))
    return changes


def _points(old: Policy, new: Policy) -> Iterator[RuleChange]:
    for part in dict.fromkeys([*old.points, *new.points]):
        if old.points.get(part) != new.points.get(part):
            yield RuleChange(f"points of {part}", _given(old, part), _given(new, part), part)
    of_both = old.points.keys() & new.points.keys()
    before, after = ([part for part in each.points if part in of_both] for each in (old, new))
    if before != after:
        yield RuleChange("order of the parts", ", ".join(old.points), ", ".join(new.points))


def _given(policy: Policy, part: str) -> str:
    points = policy.points.get(part)
    return "no part of it" if points is None else canonical(points)


def _moment(policy: Policy, moment: datetime | None, never: str) -> str:
    return never if moment is None else local_time(policy, moment)


def _attempts(policy: Policy) -> str:
    rules = policy.attempts
    often = "as many as one likes" if rules.limit is None else f"{rules.limit}"
    if not rules.cooldown_first_seconds:
        return often
    return (
        f"{often}; after {rules.free_wrong} wrong ones a pause of {rules.cooldown_first_seconds} s, "
        f"doubled up to {rules.cooldown_longest_seconds} s"
    )


_RULES: dict[str, tuple[str, Callable[[Policy], str]]] = {
    "assignment": ("assignment", lambda each: each.assignment),
    "opens": ("opens", lambda each: _moment(each, each.opens, "open from the start")),
    "due": ("due", lambda each: _moment(each, each.due, "never")),
    "closes": ("closes", lambda each: _moment(each, each.closes, "never")),
    "timezone": ("time zone", lambda each: each.timezone),
    "graded": ("counts", lambda each: "yes" if each.graded else "no, it is practice"),
    "attempts": ("attempts at a part", _attempts),
    "max_late_days": ("late days that it takes", lambda each: f"{each.max_late_days} at most"),
    "late_days": ("late days for the term", lambda each: f"{each.late_days}"),
    "hints_after_wrong": ("hints", lambda each: each.hints),
    "grace_seconds": ("grace after a deadline", lambda each: f"{each.grace_seconds} s"),
    "penalty_percent": (
        "each day too late costs",
        lambda each: f"{each.penalty_percent} %",
    ),
    "explanation_points": ("points of an explanation", lambda e: canonical(e.explanation_points)),
}
