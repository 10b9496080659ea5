"""Policies that wait for a rescore: for each assignment the newest, while another one scores."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, PolicyRow, RescorePlan, RescoreRun
from grader.domain.problem import Assignment, Course
from grader.domain.rule_changes import RuleChange, rule_changes
from grader.services.keys.documents import load_policy


@dataclass(frozen=True, slots=True)
class WaitingPolicy:
    """The newest policy of an assignment, which scores nothing yet, or no longer.

    ``undone`` says that it scored once; ``plan`` is the newest plan of the move to it.
    """

    assignment: Assignment
    version: int
    active_version: int
    created_at: datetime
    rules: tuple[RuleChange, ...]
    plan: int | None
    undone: bool


def waiting_policies(session: Session, *, course: Course) -> list[WaitingPolicy]:
    """The waiting policies in the course's order; one that says what the active one says does not wait."""
    rows = session.execute(
        select(PolicyRow.id, PolicyRow.assignment, PolicyRow.version, PolicyRow.created_at)
        .where(PolicyRow.assignment.in_([each.slug for each in course.assignments]))
        .order_by(PolicyRow.version)
    ).all()
    newest = {row.assignment: row for row in rows}
    versions = {row.id: row.version for row in rows}
    scores = select(ActivePolicy.assignment, ActivePolicy.policy_id)
    scoring = dict(session.execute(scores).all())
    plans = _plans(session, [row.id for row in newest.values()])
    waiting = []
    for assignment in course.assignments:
        row, active = newest.get(assignment.slug), scoring.get(assignment.slug)
        if row is None or active is None or row.id == active:
            continue
        rules = rule_changes(load_policy(session, active), load_policy(session, row.id))
        plan, undone = plans.get(row.id, (None, False))
        if rules:
            at = row.created_at
            ends = (row.version, versions[active])
            waiting.append(WaitingPolicy(assignment, *ends, at, tuple(rules), plan, undone))
    return waiting


def _plans(session: Session, policy_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """By policy the newest plan of a move to it, and whether there was a run of any."""
    query = (
        select(RescorePlan.to_policy_id, func.max(RescorePlan.id), func.count(RescoreRun.id))
        .outerjoin(RescoreRun, RescoreRun.plan_id == RescorePlan.id)
        .where(RescorePlan.to_policy_id.in_(policy_ids))
        .group_by(RescorePlan.to_policy_id)
    )
    return {policy: (plan, runs > 0) for policy, plan, runs in session.execute(query)}
