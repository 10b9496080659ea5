"""What stored answers cost, in the words that pages use. Pure functions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from grader.domain.deadlines import EVERYTHING, Timing, late_by, rule
from grader.domain.grading import Verdict
from grader.domain.policy import Policy
from grader.web.wording import counted, duration

Costs = Mapping[int, str]
"""By the ids of attempts, how late each was and what that cost."""


def costs(attempts: Iterable[Row[*tuple[Any, ...]]], policy: Policy, *, spent: int) -> Costs:
    """How late each of a student's attempts at a part was; the first right one is the one that counts."""
    rows = sorted(attempts, key=lambda row: (row.submitted_at, row.id))
    counting = next((row.id for row in rows if row.standing == Verdict.CORRECT), None)
    return {
        row.id: cost(policy, row.submitted_at, spent=spent, counts=row.id == counting)
        for row in rows
    }


def cost(policy: Policy, at: datetime, *, spent: int, counts: bool) -> str:
    """How late a stored answer was and what that cost: when this many late days go to the assignment.

    ``counts`` says that it is the answer that gives its part's points. Nothing for one on time.
    """
    late = late_by(policy, at)
    if late is None:
        return ""
    ruling = rule(policy, at, late_days=spent)
    if ruling.timing is Timing.IN_GRACE:
        return f"{duration(late)} past due, in the grace: on time"
    said = f"{duration(late)} late"
    if not counts:
        return f"{said}, cost no late day"
    if not ruling.percent:
        return f"{said}, too late to count"
    if not spent:
        return f"{said}, {EVERYTHING - ruling.percent} % off"
    used = f"{said}, used {counted(min(ruling.late_days, spent), 'late day')}"
    return used if ruling.timing is Timing.LATE else f"{used}, {EVERYTHING - ruling.percent} % off"
